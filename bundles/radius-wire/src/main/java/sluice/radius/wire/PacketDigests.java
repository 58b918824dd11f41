package sluice.radius.wire;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import sluice.platform.api.Secret;

/**
 * The two digests by which packets are signed with a shared secret: the authenticator (MD5, RFC 2865, 3) and the
 * Message-Authenticator (HMAC-MD5, RFC 3579, 3.2). Both cover the packet with an authenticator put into its header:
 * that of the request for replies, zeros for accounting, CoA and disconnect requests. Belongs to one thread.
 */
public final class PacketDigests {

    private static final byte[] ZERO = new byte[Packets.AUTHENTICATOR];

    private final byte[] secret;
    private final MessageDigest md5;
    private final Mac hmac;

    /** Signs with this secret. */
    public PacketDigests(Secret shared) {
        secret = shared.bytes();
        try {
            md5 = MessageDigest.getInstance("MD5");
            hmac = Mac.getInstance("HmacMD5");
            hmac.init(new SecretKeySpec(secret, "HmacMD5"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no MD5", e);
        }
    }

    /** An authenticator of zeros. */
    public static byte[] zero() {
        return ZERO.clone();
    }

    /**
     * The authenticator of the packet.
     *
     * @param length of the packet within the array
     * @param inHeader 16 bytes that stand for those of the header
     */
    public byte[] authenticator(byte[] packet, int length, byte[] inHeader) {
        md5.update(packet, 0, Packets.AUTHENTICATOR_AT);
        md5.update(inHeader);
        md5.update(packet, Packets.HEADER, length - Packets.HEADER);
        return md5.digest(secret);
    }

    /**
     * The Message-Authenticator of the packet, whatever it has there.
     *
     * @param at place of the value of the Message-Authenticator
     * @param inHeader 16 bytes that stand for those of the header
     */
    public byte[] messageAuthenticator(byte[] packet, int length, int at, byte[] inHeader) {
        hmac.update(packet, 0, Packets.AUTHENTICATOR_AT);
        hmac.update(inHeader);
        hmac.update(packet, Packets.HEADER, at - Packets.HEADER);
        hmac.update(ZERO);
        hmac.update(packet, at + Packets.AUTHENTICATOR, length - at - Packets.AUTHENTICATOR);
        return hmac.doFinal();
    }

    /** A block that hides the next 16 bytes of a password (RFC 2865, 5.2), made of the 16 bytes at this place. */
    public byte[] mask(byte[] packet, int at) {
        md5.update(secret);
        md5.update(packet, at, Packets.AUTHENTICATOR);
        return md5.digest();
    }

    /** Whether these bytes stand at this place; takes the same time wherever they differ. */
    public static boolean isAt(byte[] packet, int at, byte[] expected) {
        byte[] found = new byte[Packets.AUTHENTICATOR];
        System.arraycopy(packet, at, found, 0, Packets.AUTHENTICATOR);
        return MessageDigest.isEqual(expected, found);
    }
}
