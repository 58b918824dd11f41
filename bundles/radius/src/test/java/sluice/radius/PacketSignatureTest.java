package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tinyradius.core.RadiusPacketException;
import sluice.net.Bytes;
import sluice.platform.api.Secret;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.PacketFault;
import sluice.radius.packet.PacketRefused;
import sluice.radius.packet.PacketSignature;
import sluice.radius.packet.Packets;
import sluice.radius.packet.VerifiedPacket;

/** Signatures against those of TinyRadius, and against everything that could be taken for one. */
class PacketSignatureTest {

    private static final String SECRET = "päss";
    private static final byte[] AUTHENTICATOR =
            Arrays.copyOf("0123456789abcdef".getBytes(StandardCharsets.US_ASCII), 16);

    private final PacketSignature signature = new PacketSignature(new Secret(SECRET.getBytes(StandardCharsets.UTF_8)));

    @Test
    void signedReplyIsVerified() throws Exception {
        byte[] reply = signed();
        VerifiedPacket verified = signature.verifyReply(reply, reply.length, AUTHENTICATOR, true);
        assertThat(verified.code()).isEqualTo(Packets.ACCESS_ACCEPT);
        assertThat(verified.attributes().length()).isEqualTo(reply.length - Packets.HEADER);
    }

    @Test
    void everyTruncationIsRefused() throws Exception {
        byte[] reply = signed();
        for (int size = 0; size < reply.length; size++) {
            assertThat(refusal(Arrays.copyOf(reply, size), size)).isEqualTo(PacketFault.TRUNCATED);
        }
    }

    @Test
    void everyTruncationWithALengthThatFitsIsRefused() throws Exception {
        byte[] reply = signed();
        Set<PacketFault> expected = EnumSet.of(
                PacketFault.MALFORMED, PacketFault.WRONG_AUTHENTICATOR, PacketFault.WRONG_MESSAGE_AUTHENTICATOR);
        for (int size = Packets.HEADER; size < reply.length; size++) {
            byte[] cut = Arrays.copyOf(reply, size);
            Packets.u16(cut, Packets.LENGTH_AT, size);
            assertThat(refusal(cut, size)).isIn(expected);
        }
    }

    @Test
    void everyChangedBitIsRefused() throws Exception {
        byte[] reply = signed();
        for (int bit = 0; bit < reply.length * 8; bit++) {
            byte[] changed = reply.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(refusal(changed, changed.length)).isNotNull();
        }
    }

    @Test
    void randomBytesAreRefusedForAReason() {
        long seed = 20260101;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[random.nextInt(Packets.MAX + 1)];
            random.nextBytes(noise);
            if (noise.length >= Packets.HEADER && random.nextBoolean()) {
                Packets.u16(noise, Packets.LENGTH_AT, noise.length);
            }
            assertThat(refusal(noise, noise.length))
                    .as("seed %d, packet %d", seed, i)
                    .isNotNull();
        }
    }

    @Test
    void bytesBehindTheLengthAreIgnored() throws Exception { // RFC 2865, 3
        byte[] reply = signed();
        VerifiedPacket verified =
                signature.verifyReply(Arrays.copyOf(reply, reply.length + 9), reply.length + 9, AUTHENTICATOR, true);
        assertThat(verified.attributes().length()).isEqualTo(reply.length - Packets.HEADER);
    }

    @Test
    void replyWithoutMessageAuthenticatorIsRefusedOnlyWhereItIsDemanded() throws Exception {
        byte[] reply = unsigned(11, "gold");
        assertThat(refusal(reply, reply.length)).isEqualTo(PacketFault.NO_MESSAGE_AUTHENTICATOR);
        assertThat(signature
                        .verifyReply(reply, reply.length, AUTHENTICATOR, false)
                        .code())
                .isEqualTo(2);
    }

    @Test
    void proxyStateWithoutMessageAuthenticatorIsRefusedEverywhere() throws Exception { // CVE-2024-3596
        byte[] reply = unsigned(AttributeCode.PROXY_STATE.type(), "collision");
        assertThatExceptionOfType(PacketRefused.class)
                .isThrownBy(() -> signature.verifyReply(reply, reply.length, AUTHENTICATOR, false))
                .extracting(PacketRefused::fault)
                .isEqualTo(PacketFault.PROXY_STATE);
    }

    @Test
    void replyForAnotherRequestIsRefused() throws Exception {
        byte[] reply = signed();
        byte[] other = AUTHENTICATOR.clone();
        other[3]++;
        assertThatExceptionOfType(PacketRefused.class)
                .isThrownBy(() -> signature.verifyReply(reply, reply.length, other, true))
                .extracting(PacketRefused::fault)
                .isEqualTo(PacketFault.WRONG_AUTHENTICATOR);
    }

    private PacketFault refusal(byte[] reply, int size) {
        try {
            signature.verifyReply(reply, size, AUTHENTICATOR, true);
        } catch (PacketRefused refused) {
            return refused.fault();
        }
        throw new AssertionError("taken for a reply");
    }

    private static byte[] signed() throws Exception {
        try (UdpServer server = new UdpServer(SECRET)) {
            return server.reply(question(), 2, UdpServer.text(11, "gold"), UdpServer.text(18, "welcome"));
        }
    }

    private static byte[] unsigned(int type, String value) throws Exception {
        try (UdpServer server = new UdpServer(SECRET)) {
            return server.unsigned(question(), 2, UdpServer.text(type, value));
        }
    }

    private static UdpServer.Question question() throws RadiusPacketException {
        byte[] packet = new byte[Packets.HEADER];
        packet[Packets.ID_AT] = 77;
        System.arraycopy(AUTHENTICATOR, 0, packet, Packets.AUTHENTICATOR_AT, 16);
        return new UdpServer.Question(Bytes.adopt(packet), new InetSocketAddress(0));
    }
}
