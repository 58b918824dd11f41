package sluice.radius.packet;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import sluice.net.Bytes;
import sluice.platform.api.Secret;

/**
 * Seals and verifies packets with the secret that is shared with one peer, as the one who asks and as the one who is
 * asked. Belongs to one thread.
 */
public final class PacketSignature {

    /** Longest password that User-Password can carry (RFC 2865, 5.2). */
    public static final int PASSWORD_MAX = 128;

    private static final byte[] ZERO = new byte[Packets.AUTHENTICATOR];

    private final byte[] secret;
    private final MessageDigest md5;
    private final Mac hmac;
    private final byte[] scratch = new byte[Packets.AUTHENTICATOR];

    public PacketSignature(Secret shared) {
        secret = shared.bytes();
        try {
            md5 = MessageDigest.getInstance("MD5");
            hmac = Mac.getInstance("HmacMD5");
            hmac.init(new SecretKeySpec(secret, "HmacMD5"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no MD5", e);
        }
    }

    /**
     * Completes an Access-Request or Status-Server whose header is complete: hides the password (RFC 2865, 5.2), then
     * signs everything with the Message-Authenticator (RFC 3579, 3.2).
     *
     * @param messageAuthenticatorAt place of its value
     * @param passwordAt place of the hidden password, -1 when there is none
     */
    public void sealAccess(byte[] packet, int messageAuthenticatorAt, int passwordAt, Bytes password) {
        if (passwordAt >= 0) {
            hide(packet, passwordAt, password);
        }
        sign(packet, messageAuthenticatorAt);
    }

    /**
     * Completes a request whose authenticator is a digest: Accounting-Request (RFC 2866, 3), Disconnect-Request and
     * CoA-Request (RFC 5176, 2.3).
     *
     * @param messageAuthenticatorAt place of its value, -1 when there is none
     */
    public void sealRequest(byte[] packet, int messageAuthenticatorAt) {
        Arrays.fill(packet, Packets.AUTHENTICATOR_AT, Packets.HEADER, (byte) 0);
        if (messageAuthenticatorAt >= 0) {
            sign(packet, messageAuthenticatorAt);
        }
        md5.update(packet);
        byte[] digest = md5.digest(secret);
        System.arraycopy(digest, 0, packet, Packets.AUTHENTICATOR_AT, Packets.AUTHENTICATOR);
    }

    /**
     * Completes a reply whose header is complete but for the authenticator (RFC 2865, 3; RFC 5176, 2.3).
     *
     * @param messageAuthenticatorAt place of its value, -1 when there is none
     * @param request authenticator of the request
     */
    public void sealReply(byte[] packet, int messageAuthenticatorAt, byte[] request) {
        System.arraycopy(request, 0, packet, Packets.AUTHENTICATOR_AT, Packets.AUTHENTICATOR);
        if (messageAuthenticatorAt >= 0) {
            sign(packet, messageAuthenticatorAt);
        }
        md5.update(packet);
        byte[] digest = md5.digest(secret);
        System.arraycopy(digest, 0, packet, Packets.AUTHENTICATOR_AT, Packets.AUTHENTICATOR);
    }

    private void sign(byte[] packet, int at) {
        Arrays.fill(packet, at, at + Packets.AUTHENTICATOR, (byte) 0);
        byte[] code = hmac.doFinal(packet);
        System.arraycopy(code, 0, packet, at, Packets.AUTHENTICATOR);
    }

    /**
     * Whether the datagram is a request whose authenticator is a digest (RFC 2866, 3; RFC 5176, 2.3), compared in
     * constant time.
     *
     * @param datagram bytes behind its length field are padding and ignored
     * @param size of the datagram
     * @param demanded whether a request without a Message-Authenticator is refused
     * @throws PacketRefused with the first reason found
     */
    public VerifiedPacket verifyRequest(byte[] datagram, int size, boolean demanded) throws PacketRefused {
        int length = lengthOf(datagram, size);
        int messageAuthenticatorAt = checkAttributes(datagram, length);
        verifyAuthenticator(datagram, length, ZERO);
        verifyMessageAuthenticator(datagram, length, messageAuthenticatorAt, ZERO, demanded);
        return packet(datagram, length);
    }

    /**
     * Whether the datagram answers the request.
     *
     * @param reply datagram; bytes behind its length field are padding and ignored
     * @param size of the datagram
     * @param request authenticator of the request
     * @param demanded whether a reply without a Message-Authenticator is refused
     * @throws PacketRefused with the first reason found
     */
    public VerifiedPacket verifyReply(byte[] reply, int size, byte[] request, boolean demanded) throws PacketRefused {
        int length = lengthOf(reply, size);
        int messageAuthenticatorAt = checkAttributes(reply, length);
        if (messageAuthenticatorAt < 0 && hasProxyState(reply, length)) {
            // We never send one. In a reply that is not signed as a whole it is where a forger of MD5 collisions puts
            // his block (CVE-2024-3596).
            throw new PacketRefused(PacketFault.PROXY_STATE);
        }
        verifyAuthenticator(reply, length, request);
        verifyMessageAuthenticator(reply, length, messageAuthenticatorAt, request, demanded);
        return packet(reply, length);
    }

    private static VerifiedPacket packet(byte[] datagram, int length) {
        return new VerifiedPacket(
                datagram[0] & 0xff,
                datagram[Packets.ID_AT] & 0xff,
                Bytes.copyOf(datagram, Packets.AUTHENTICATOR_AT, Packets.AUTHENTICATOR),
                Bytes.copyOf(datagram, Packets.HEADER, length - Packets.HEADER));
    }

    private void verifyAuthenticator(byte[] packet, int length, byte[] request) throws PacketRefused {
        md5.update(packet, 0, Packets.AUTHENTICATOR_AT);
        md5.update(request);
        md5.update(packet, Packets.HEADER, length - Packets.HEADER);
        System.arraycopy(packet, Packets.AUTHENTICATOR_AT, scratch, 0, Packets.AUTHENTICATOR);
        if (!MessageDigest.isEqual(md5.digest(secret), scratch)) {
            throw new PacketRefused(PacketFault.WRONG_AUTHENTICATOR);
        }
    }

    /** Length of the packet within the datagram (RFC 2865, 3). */
    public static int lengthOf(byte[] reply, int size) throws PacketRefused {
        if (size < Packets.HEADER) {
            throw new PacketRefused(PacketFault.TRUNCATED);
        }
        int length = Packets.u16(reply, Packets.LENGTH_AT);
        if (length > Packets.MAX) {
            throw new PacketRefused(PacketFault.OVERSIZED);
        }
        if (length > size || length < Packets.HEADER) {
            throw new PacketRefused(PacketFault.TRUNCATED);
        }
        return length;
    }

    /** Place of the value of the one Message-Authenticator, or -1. */
    private static int checkAttributes(byte[] reply, int length) throws PacketRefused {
        int messageAuthenticatorAt = -1;
        int at = Packets.HEADER;
        while (at < length) {
            int size = at + 1 < length ? reply[at + 1] & 0xff : 0;
            if (size < 2 || at + size > length) {
                throw new PacketRefused(PacketFault.MALFORMED);
            }
            int type = reply[at] & 0xff;
            if (type == AttributeCode.MESSAGE_AUTHENTICATOR.type()) {
                if (messageAuthenticatorAt >= 0 || size != 2 + Packets.AUTHENTICATOR) {
                    throw new PacketRefused(PacketFault.WRONG_MESSAGE_AUTHENTICATOR);
                }
                messageAuthenticatorAt = at + 2;
            }
            at += size;
        }
        return messageAuthenticatorAt;
    }

    private static boolean hasProxyState(byte[] reply, int length) {
        int at = Packets.HEADER;
        while (at < length) {
            if ((reply[at] & 0xff) == AttributeCode.PROXY_STATE.type()) {
                return true;
            }
            at += reply[at + 1] & 0xff;
        }
        return false;
    }

    private void verifyMessageAuthenticator(byte[] reply, int length, int at, byte[] request, boolean demanded)
            throws PacketRefused {
        if (at < 0) {
            if (demanded) {
                throw new PacketRefused(PacketFault.NO_MESSAGE_AUTHENTICATOR);
            }
            return;
        }
        hmac.update(reply, 0, Packets.AUTHENTICATOR_AT);
        hmac.update(request);
        hmac.update(reply, Packets.HEADER, at - Packets.HEADER);
        hmac.update(ZERO);
        hmac.update(reply, at + Packets.AUTHENTICATOR, length - at - Packets.AUTHENTICATOR);
        System.arraycopy(reply, at, scratch, 0, Packets.AUTHENTICATOR);
        if (!MessageDigest.isEqual(hmac.doFinal(), scratch)) {
            throw new PacketRefused(PacketFault.WRONG_MESSAGE_AUTHENTICATOR);
        }
    }

    /** What a password takes on the wire: blocks of 16, at least one. */
    public static int hiddenLength(Bytes password) {
        if (password.length() > PASSWORD_MAX) {
            throw new IllegalArgumentException("Password of " + password.length() + " bytes, expected at most 128");
        }
        return Math.max(16, (password.length() + 15) / 16 * 16);
    }

    /** RFC 2865, 5.2: each block of 16 is mixed with a digest of the secret and the block before it. */
    private void hide(byte[] packet, int at, Bytes password) {
        int size = hiddenLength(password);
        byte[] plain = Arrays.copyOf(password.toArray(), size);
        int previous = Packets.AUTHENTICATOR_AT;
        for (int block = 0; block < size; block += Packets.AUTHENTICATOR) {
            md5.update(secret);
            md5.update(packet, previous, Packets.AUTHENTICATOR);
            byte[] mask = md5.digest();
            for (int i = 0; i < Packets.AUTHENTICATOR; i++) {
                packet[at + block + i] = (byte) (plain[block + i] ^ mask[i]);
            }
            previous = at + block;
        }
    }
}
