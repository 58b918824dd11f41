package sluice.radius.packet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.platform.api.Secret;

/** Requests whose authenticator is a digest, and the replies to them, both made and checked (RFC 5176, 2.3). */
class RequestSignatureTest {

    private final PacketSignature ours = new PacketSignature(new Secret("päss".getBytes(UTF_8)));
    private final PacketSignature theirs = new PacketSignature(new Secret("päss".getBytes(UTF_8)));
    private final PacketSignature others = new PacketSignature(new Secret("other".getBytes(UTF_8)));

    @Test
    void sealedRequestIsVerifiedByWhoHasTheSecret() throws Exception {
        byte[] packet = request(true);
        VerifiedPacket found = theirs.verifyRequest(packet, packet.length, true);
        assertThat(found.code()).isEqualTo(Packets.COA_REQUEST);
        assertThat(found.id()).isEqualTo(9);
        assertThat(refusal(others, packet, true)).isEqualTo(PacketFault.WRONG_AUTHENTICATOR);
    }

    @Test
    void requestWithoutMessageAuthenticatorIsRefusedOnlyWhereItIsDemanded() throws Exception {
        byte[] packet = request(false);
        assertThat(refusal(theirs, packet, true)).isEqualTo(PacketFault.NO_MESSAGE_AUTHENTICATOR);
        assertThat(theirs.verifyRequest(packet, packet.length, false).id()).isEqualTo(9);
    }

    @Test
    void everyChangedBitIsRefused() {
        byte[] packet = request(true);
        for (int bit = 0; bit < packet.length * 8; bit++) {
            byte[] changed = packet.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(refusal(theirs, changed, true)).isNotNull();
        }
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] packet = request(true);
        for (int size = 0; size < packet.length; size++) {
            assertThat(refusal(theirs, Arrays.copyOf(packet, size), true)).isEqualTo(PacketFault.TRUNCATED);
        }
    }

    @Test
    void replyIsVerifiedByWhoAsked() throws Exception {
        byte[] request = request(true);
        byte[] authenticator = ours.verifyRequest(request, request.length, true)
                .authenticator()
                .toArray();
        AttributeWriter out = new AttributeWriter();
        int at = out.room(AttributeCode.MESSAGE_AUTHENTICATOR, Packets.AUTHENTICATOR);
        byte[] reply = out.number(AttributeCode.ERROR_CAUSE, 503).packet();
        Packets.head(reply, Packets.COA_NAK, 9);
        theirs.sealReply(reply, at, authenticator);
        assertThat(ours.verifyReply(reply, reply.length, authenticator, true).code())
                .isEqualTo(Packets.COA_NAK);
    }

    private byte[] request(boolean signed) {
        AttributeWriter out = new AttributeWriter();
        int at = signed ? out.room(AttributeCode.MESSAGE_AUTHENTICATOR, Packets.AUTHENTICATOR) : -1;
        out.text(AttributeCode.USER_NAME, "alice").octets(AttributeCode.PROXY_STATE, Bytes.of(1, 2));
        byte[] packet = out.packet();
        Packets.head(packet, Packets.COA_REQUEST, 9);
        ours.sealRequest(packet, at);
        return packet;
    }

    private static PacketFault refusal(PacketSignature signature, byte[] packet, boolean demanded) {
        try {
            signature.verifyRequest(packet, packet.length, demanded);
        } catch (PacketRefused refused) {
            return refused.fault();
        }
        throw new AssertionError("taken for a request");
    }
}
