package sluice.radius;

import java.util.Arrays;
import sluice.net.Bytes;
import sluice.platform.api.Secret;
import sluice.radius.wire.PacketDigests;
import sluice.radius.wire.PacketFault;
import sluice.radius.wire.PacketShape;
import sluice.radius.wire.Packets;

/**
 * Seals requests to one server and verifies its replies with the secret that is shared with it. Belongs to one thread.
 */
final class PacketSignature {

    private final PacketDigests digests;

    PacketSignature(Secret shared) {
        digests = new PacketDigests(shared);
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
        byte[] inHeader = Arrays.copyOfRange(packet, Packets.AUTHENTICATOR_AT, Packets.HEADER);
        byte[] code = digests.messageAuthenticator(packet, packet.length, at, inHeader);
        System.arraycopy(code, 0, packet, at, Packets.AUTHENTICATOR);
    }

    /** Completes an Accounting-Request with its authenticator (RFC 2866, 3). */
    void sealAccounting(byte[] packet) {
        byte[] digest = digests.authenticator(packet, packet.length, PacketDigests.zero());
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
        PacketShape shape = shapeOf(reply, size);
        int length = shape.length();
        int messageAuthenticatorAt = shape.messageAuthenticatorAt();
        if (shape.proxyState() && messageAuthenticatorAt < 0) {
            // We never send one. In a reply that is not signed as a whole it is where a forger of MD5 collisions puts
            // his block (CVE-2024-3596).
            throw new ReplyRefused(RefusedReply.PROXY_STATE);
        }
        if (!PacketDigests.isAt(reply, Packets.AUTHENTICATOR_AT, digests.authenticator(reply, length, request))) {
            throw new ReplyRefused(RefusedReply.WRONG_AUTHENTICATOR);
        }
        if (messageAuthenticatorAt >= 0) {
            byte[] expected = digests.messageAuthenticator(reply, length, messageAuthenticatorAt, request);
            if (!PacketDigests.isAt(reply, messageAuthenticatorAt, expected)) {
                throw new ReplyRefused(RefusedReply.WRONG_MESSAGE_AUTHENTICATOR);
            }
        } else if (demanded) {
            throw new ReplyRefused(RefusedReply.NO_MESSAGE_AUTHENTICATOR);
        }
        return new VerifiedReply(reply[0] & 0xff, Bytes.copyOf(reply, Packets.HEADER, length - Packets.HEADER));
    }

    private static PacketShape shapeOf(byte[] reply, int size) throws ReplyRefused {
        try {
            return PacketShape.of(reply, size);
        } catch (PacketFault fault) {
            throw new ReplyRefused(RefusedReply.of(fault));
        }
    }

    /** RFC 2865, 5.2: each block of 16 is mixed with a digest of the secret and the block before it. */
    private void hide(byte[] packet, int at, Bytes password) {
        int size = RequestDraft.hiddenLength(password);
        byte[] plain = Arrays.copyOf(password.toArray(), size);
        int previous = Packets.AUTHENTICATOR_AT;
        for (int block = 0; block < size; block += Packets.AUTHENTICATOR) {
            byte[] mask = digests.mask(packet, previous);
            for (int i = 0; i < Packets.AUTHENTICATOR; i++) {
                packet[at + block + i] = (byte) (plain[block + i] ^ mask[i]);
            }
            previous = at + block;
        }
    }
}
