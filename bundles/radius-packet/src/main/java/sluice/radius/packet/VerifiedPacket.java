package sluice.radius.packet;

import sluice.net.Bytes;

/**
 * A packet that only who has the secret can have made. Only {@link PacketSignature} makes one.
 *
 * @param code what is asked or answered, of {@link Packets}
 * @param id identifier of the request
 * @param authenticator as it stood in the header
 * @param attributes well-formed: every length within its bounds
 */
public record VerifiedPacket(int code, int id, Bytes authenticator, Bytes attributes) {}
