package sluice.radius;

import sluice.net.Bytes;

/**
 * A reply that only who has the secret can have made, for the request that it answers. Only {@link PacketSignature}
 * makes one.
 *
 * @param attributes well-formed: every length within its bounds
 */
record VerifiedReply(int code, Bytes attributes) {}
