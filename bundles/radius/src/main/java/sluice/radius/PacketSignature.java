package sluice.radius;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import sluice.net.Bytes;
import sluice.platform.api.Secret;

/**
 * Seals requests to one server and verifies its replies with the secret that is shared with it. Belongs to one thread.
 */
final class PacketSignature {

    private static final byte[] ZERO = new byte[Packets.AUTHENTICATOR];

    private final byte[] secret;
    private final MessageDigest md5;
    private final Mac hmac;
    private final byte[] scratch = new byte[Packets.AUTHENTICATOR];

    PacketSignature(Secret shared) {
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
     * Completes an Access-Request whose header is complete: hides the password (RFC 2865, 5.2), then signs everything
     * with the Message-Authenticator (RFC 3579, 3.2).
     */
    void sealAccess(byte[] packet, RequestDraft draft) {
        if (draft.passwordAt() >= 0) {
            hide(packet, draft.passwordAt(), draft.password());
        }
        int at = draft.messageAuthenticatorAt();
        Arrays.fill(packet, at, at + Packets.AUTHENTICATOR, (byte) 0);
        byte[] code = hmac.doFinal(packet);
        System.arraycopy(code, 0, packet, at, Packets.AUTHENTICATOR);
    }

    /** Completes an Accounting-Request with its authenticator (RFC 2866, 3). */
    void sealAccounting(byte[] packet) {
        Arrays.fill(packet, Packets.AUTHENTICATOR_AT, Packets.HEADER, (byte) 0);
        md5.update(packet);
        byte[] digest = md5.digest(secret);
        System.arraycopy(digest, 0, packet, Packets.AUTHENTICATOR_AT, Packets.AUTHENTICATOR);
    }

    /**
     * Whether the datagram answers the request.
     *
     * @param reply datagram; bytes behind its length field are padding and ignored
     * @param size of the datagram
     * @param request authenticator of the request
     * @param demanded whether a reply without a Message-Authenticator is refused
     * @throws ReplyRefused with the first reason found
     */
    VerifiedReply verify(byte[] reply, int size, byte[] request, boolean demanded) throws ReplyRefused {
        int length = lengthOf(reply, size);
        int messageAuthenticatorAt = checkAttributes(reply, length);
        md5.update(reply, 0, Packets.AUTHENTICATOR_AT);
        md5.update(request);
        md5.update(reply, Packets.HEADER, length - Packets.HEADER);
        System.arraycopy(reply, Packets.AUTHENTICATOR_AT, scratch, 0, Packets.AUTHENTICATOR);
        if (!MessageDigest.isEqual(md5.digest(secret), scratch)) {
            throw new ReplyRefused(RefusedReply.WRONG_AUTHENTICATOR);
        }
        if (messageAuthenticatorAt >= 0) {
            verifyMessageAuthenticator(reply, length, messageAuthenticatorAt, request);
        } else if (demanded) {
            throw new ReplyRefused(RefusedReply.NO_MESSAGE_AUTHENTICATOR);
        }
        return new VerifiedReply(reply[0] & 0xff, Bytes.copyOf(reply, Packets.HEADER, length - Packets.HEADER));
    }

    /** Length of the packet within the datagram (RFC 2865, 3). */
    static int lengthOf(byte[] reply, int size) throws ReplyRefused {
        if (size < Packets.HEADER) {
            throw new ReplyRefused(RefusedReply.TRUNCATED);
        }
        int length = Packets.u16(reply, Packets.LENGTH_AT);
        if (length > Packets.MAX) {
            throw new ReplyRefused(RefusedReply.OVERSIZED);
        }
        if (length > size || length < Packets.HEADER) {
            throw new ReplyRefused(RefusedReply.TRUNCATED);
        }
        return length;
    }

    /** Place of the value of the one Message-Authenticator, or -1. */
    private static int checkAttributes(byte[] reply, int length) throws ReplyRefused {
        int messageAuthenticatorAt = -1;
        boolean proxyState = false;
        int at = Packets.HEADER;
        while (at < length) {
            int size = at + 1 < length ? reply[at + 1] & 0xff : 0;
            if (size < 2 || at + size > length) {
                throw new ReplyRefused(RefusedReply.MALFORMED);
            }
            int type = reply[at] & 0xff;
            if (type == AttributeCode.MESSAGE_AUTHENTICATOR.type()) {
                if (messageAuthenticatorAt >= 0 || size != 2 + Packets.AUTHENTICATOR) {
                    throw new ReplyRefused(RefusedReply.WRONG_MESSAGE_AUTHENTICATOR);
                }
                messageAuthenticatorAt = at + 2;
            }
            proxyState |= type == AttributeCode.PROXY_STATE.type();
            at += size;
        }
        if (proxyState && messageAuthenticatorAt < 0) {
            // We never send one. In a reply that is not signed as a whole it is where a forger of MD5 collisions puts
            // his
            // block (CVE-2024-3596).
            throw new ReplyRefused(RefusedReply.PROXY_STATE);
        }
        return messageAuthenticatorAt;
    }

    private void verifyMessageAuthenticator(byte[] reply, int length, int at, byte[] request) throws ReplyRefused {
        hmac.update(reply, 0, Packets.AUTHENTICATOR_AT);
        hmac.update(request);
        hmac.update(reply, Packets.HEADER, at - Packets.HEADER);
        hmac.update(ZERO);
        hmac.update(reply, at + Packets.AUTHENTICATOR, length - at - Packets.AUTHENTICATOR);
        System.arraycopy(reply, at, scratch, 0, Packets.AUTHENTICATOR);
        if (!MessageDigest.isEqual(hmac.doFinal(), scratch)) {
            throw new ReplyRefused(RefusedReply.WRONG_MESSAGE_AUTHENTICATOR);
        }
    }

    /** RFC 2865, 5.2: each block of 16 is mixed with a digest of the secret and the block before it. */
    private void hide(byte[] packet, int at, Bytes password) {
        int size = RequestDraft.hiddenLength(password);
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
