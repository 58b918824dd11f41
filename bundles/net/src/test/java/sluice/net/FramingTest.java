package sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FramingTest {
    private static final MacAddress GATEWAY = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress CPE = MacAddress.parse("02:00:00:00:07:01");
    private static final Ip4 FROM = Ip4.parse("10.64.0.5");
    private static final Ip4 TO = Ip4.parse("192.0.2.1");
    private static final VlanTag OUTER = VlanTag.service(new VlanId(100));
    private static final VlanTag INNER = new VlanTag(VlanTag.C_TAG, 0xa007);

    /** A UDP packet with checksums computed by hand: 4 bytes "ping" from 10.64.0.5:68 to 192.0.2.1:67. */
    private static final String PACKET = "45000020" + "00004000" + "4011" + "6e87" + "0a400005" + "c0000201"
            + "00440043" + "000c" + "5438" + "70696e67";

    @Test
    void framesWithNoneOneAndTwoTagsComeBack() throws MalformedPacket {
        for (List<VlanTag> tags : List.of(List.<VlanTag>of(), List.of(OUTER), List.of(OUTER, INNER))) {
            EthernetFrame frame = new EthernetFrame(GATEWAY, CPE, tags, EthernetFrame.IP4, Bytes.utf8("payload"));
            Bytes wire = frame.encode();
            assertThat(EthernetFrame.decode(wire)).isEqualTo(frame);
            assertThat(wire.slice(frame.payloadOffset())).isEqualTo(frame.payload());
        }
    }

    @Test
    void frameWithEqualTagsKeepsBoth() throws MalformedPacket {
        VlanTag same = VlanTag.customer(new VlanId(7));
        EthernetFrame frame = new EthernetFrame(GATEWAY, CPE, List.of(same, same), EthernetFrame.ARP, Bytes.EMPTY);
        assertThat(EthernetFrame.decode(frame.encode())).isEqualTo(frame);
    }

    @Test
    void frameWithThreeTagsIsRefused() {
        Bytes wire = Bytes.fromHex("020000000001" + "020000000701" + "88a80064" + "81000007" + "81000008" + "0800");
        assertMalformed(WireFault.TOO_MANY_TAGS, wire);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EthernetFrame(GATEWAY, CPE, List.of(OUTER, INNER, INNER), 0x800, Bytes.EMPTY));
    }

    @Test
    void everyTruncationOfAFrameHeaderIsRefused() {
        Bytes wire = new EthernetFrame(GATEWAY, CPE, List.of(OUTER, INNER), EthernetFrame.IP4, Bytes.EMPTY).encode();
        for (int length = 0; length < wire.length(); length++) {
            assertMalformed(WireFault.TRUNCATED, wire.slice(0, length));
        }
    }

    @Test
    void datagramIsEncodedWithTheChecksumsOfTheRfcs() {
        Bytes packet = new UdpDatagram(68, 67, Bytes.utf8("ping")).toPacket(FROM, TO);
        assertThat(packet.toHex()).isEqualTo(PACKET);
    }

    @Test
    void datagramComesBackAndPaddingBehindItIsIgnored() throws MalformedPacket {
        assertThat(decode(Bytes.fromHex(PACKET + "000000000000")))
                .isEqualTo(new UdpDatagram(68, 67, Bytes.utf8("ping")));
    }

    @Test
    void datagramWithoutChecksumIsTaken() throws MalformedPacket {
        Bytes packet = Bytes.fromHex(PACKET.replace("5438", "0000"));
        assertThat(decode(packet).payload()).isEqualTo(Bytes.utf8("ping"));
    }

    @Test
    void datagramOfOddLengthComesBack() throws MalformedPacket {
        UdpDatagram odd = new UdpDatagram(1, 65_535, Bytes.of(1, 2, 3));
        assertThat(decode(odd.toPacket(FROM, TO))).isEqualTo(odd);
    }

    @Test
    void headerWithOptionsAndFragmentComesBack() throws MalformedPacket {
        Ip4Header header = new Ip4Header(0xb8, 77, 0x2001, 3, Ip4Header.ICMP, FROM, TO, Bytes.fromHex("94040000"), 4);
        WireWriter out = new WireWriter();
        header.encode(out);
        Bytes wire = out.zeros(4).toBytes();
        WireReader in = new WireReader(wire);
        assertThat(Ip4Header.decode(in)).isEqualTo(header);
        assertThat(in.remaining()).isEqualTo(4);
        assertThat(header.isFragment()).isTrue();
        assertThat(Ip4Header.of(Ip4Header.UDP, FROM, TO, 0).isFragment()).isFalse();
    }

    @Test
    void everyTruncationOfADatagramIsRefused() {
        Bytes packet = Bytes.fromHex(PACKET);
        for (int length = 0; length < packet.length(); length++) {
            Bytes cut = packet.slice(0, length);
            assertThatExceptionOfType(MalformedPacket.class).isThrownBy(() -> decode(cut));
        }
    }

    @Test
    void everyFlippedBitOfADatagramIsNoticedOrHarmless() {
        byte[] packet = Bytes.fromHex(PACKET).toArray();
        for (int bit = 0; bit < packet.length * 8; bit++) {
            byte[] flipped = packet.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatExceptionOfType(MalformedPacket.class)
                    .as("bit %d", bit)
                    .isThrownBy(() -> decode(Bytes.copyOf(flipped)));
        }
    }

    @Test
    void lengthsThatContradictEachOtherAreRefused() {
        assertFault(WireFault.BAD_VERSION, "65" + PACKET.substring(2));
        assertFault(WireFault.BAD_LENGTH, "44" + PACKET.substring(2));
        assertFault(WireFault.BAD_LENGTH, PACKET.replaceFirst("45000020", "45000013"));
        assertFault(WireFault.TRUNCATED, PACKET.replaceFirst("45000020", "4500ffff"));
        assertFault(WireFault.BAD_CHECKSUM, PACKET.replaceFirst("6e87", "6e86"));
        assertFault(WireFault.BAD_LENGTH, PACKET.replaceFirst("000c5438", "000d5438"));
        assertFault(WireFault.BAD_LENGTH, PACKET.replaceFirst("000c5438", "00075438"));
        assertFault(WireFault.BAD_CHECKSUM, PACKET.replaceFirst("5438", "5439"));
    }

    @Test
    void randomBytesGiveAValueOrMalformedPacketAndNothingElse() {
        SplittableRandom random = new SplittableRandom(20_260_101);
        int decoded = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 14 && random.nextBoolean()) {
                bytes[0] = 0x45;
                bytes[2] = 0;
                bytes[12] = (byte) 0x88;
                bytes[13] = (byte) 0xa8;
            }
            decoded += survives(Bytes.adopt(bytes)) ? 1 : 0;
        }
        assertThat(decoded).isGreaterThan(1000);
    }

    private static boolean survives(Bytes bytes) {
        boolean frame = true;
        try {
            assertThat(EthernetFrame.decode(bytes).encode()).isEqualTo(bytes);
        } catch (MalformedPacket expected) {
            frame = false;
        }
        try {
            decode(bytes);
        } catch (MalformedPacket expected) {
            return frame;
        }
        return true;
    }

    private static UdpDatagram decode(Bytes packet) throws MalformedPacket {
        WireReader in = new WireReader(packet);
        return UdpDatagram.decode(Ip4Header.decode(in), in);
    }

    private static void assertFault(WireFault fault, String packet) {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> decode(Bytes.fromHex(packet)))
                .satisfies(malformed -> assertThat(malformed.reason()).isEqualTo(fault));
    }

    private static void assertMalformed(WireFault fault, Bytes frame) {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> EthernetFrame.decode(frame))
                .satisfies(malformed -> assertThat(malformed.reason()).isEqualTo(fault));
    }
}
