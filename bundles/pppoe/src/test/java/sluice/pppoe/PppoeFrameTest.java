package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.VlanTag;
import sluice.testkit.Golden;

class PppoeFrameTest {
    private static final Bytes PADI = Golden.read(PppoeFrameTest.class, "rfc2516-5.1-padi.hex");
    private static final int PPPOE_AT = 22;

    @Test
    void padiIsReadWithItsTags() throws MalformedPacket {
        PppoeFrame frame = PppoeFrame.decode(new Frame(0, PADI));
        DiscoveryMessage padi = DiscoveryMessage.decode(frame);
        assertThat(frame.code()).isEqualTo(PppoeFrame.PADI);
        assertThat(frame.session()).isZero();
        assertThat(padi.service()).isEqualTo(Bytes.EMPTY);
        assertThat(padi.hostUniq()).isEqualTo(Bytes.fromHex("deadbeef"));
        assertThat(padi.tag(PppoeTag.RELAY_SESSION_ID)).contains(Bytes.fromHex("010203"));
        assertThat(padi.maxPayload()).isEqualTo(OptionalInt.of(1500));
        assertThat(padi.tag(0x7f7f)).contains(Bytes.EMPTY);
    }

    @Test
    void accessLineIsReadAsTheBroadbandForumWritesIt() throws MalformedPacket {
        AccessLine line = AccessLine.of(DiscoveryMessage.decode(PppoeFrame.decode(new Frame(0, PADI))));
        assertThat(line)
                .isEqualTo(new AccessLine(
                        Bytes.utf8("1/0/3"), Bytes.utf8("olt"), Map.of("Actual-Data-Rate-Upstream", "10000000")));
    }

    @Test
    void lineOfALyingLengthIsReadAsFarAsItIsTrue() {
        Bytes value = Bytes.fromHex("00000de9" + "0101aa" + "02ffbb");
        DiscoveryMessage padi =
                new DiscoveryMessage(PppoeFrame.PADI, List.of(new PppoeTag(PppoeTag.VENDOR_SPECIFIC, value)));
        assertThat(AccessLine.of(padi)).isEqualTo(new AccessLine(Bytes.of(0xaa), Bytes.EMPTY, Map.of()));
    }

    @Test
    void tagsOfOtherVendorsSayNothingOfTheLine() {
        DiscoveryMessage padi = new DiscoveryMessage(
                PppoeFrame.PADI,
                List.of(
                        new PppoeTag(PppoeTag.VENDOR_SPECIFIC, Bytes.fromHex("0000")),
                        new PppoeTag(PppoeTag.VENDOR_SPECIFIC, Bytes.fromHex("000001370101aa"))));
        assertThat(AccessLine.of(padi)).isEqualTo(AccessLine.NONE);
    }

    @Test
    void answerGoesBackOnTheTagsWithoutTheirPriority() throws MalformedPacket {
        PppoeFrame frame = PppoeFrame.decode(new Frame(3, PADI));
        Frame answer = frame.answer(PppoeFrame.PADT, 0x1234, Bytes.of(0xab));
        assertThat(frame.tags()).containsExactly(new VlanTag(VlanTag.S_TAG, 100), new VlanTag(VlanTag.C_TAG, 7));
        assertThat(answer.port()).isEqualTo(3);
        assertThat(answer.bytes())
                .isEqualTo(Bytes.fromHex(
                        "020000000017" + "000000000000" + "88a80064" + "81000007" + "8863" + "11a712340001" + "ab"));
    }

    @Test
    void dataGoesOutAsAFrameOfTheSession() throws MalformedPacket {
        Frame data = PppoeFrame.decode(new Frame(0, PADI)).answer(PppoeFrame.DATA, 1, Bytes.fromHex("c021"));
        assertThat(data.bytes().slice(20)).isEqualTo(Bytes.fromHex("8864" + "110000010002" + "c021"));
    }

    @Test
    void paddingIsNotPayload() throws MalformedPacket {
        PppoeFrame data = decode("8864", "110012340002c0210000000000");
        assertThat(data.payload()).isEqualTo(Bytes.fromHex("c021"));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        0800, 110900000000,     NOT_PPPOE
        8863, 210900000000,     BAD_VERSION
        8863, 120900000000,     BAD_VERSION
        8863, 110900000001,     BAD_LENGTH
        8863, 11090000ffff,     BAD_LENGTH
        8863, 110700000000,     BAD_CODE
        8863, 116500010000,     BAD_CODE
        8863, 110000010002c021, BAD_CODE
        8864, 110900000000,     BAD_CODE
        8864, 11a700010000,     BAD_CODE
        8863, 110900010000,     BAD_SESSION
        8863, 111900010000,     BAD_SESSION
        8863, 11a700000000,     BAD_SESSION
        8863, 11a7ffff0000,     BAD_SESSION
        8864, 110000000002c021, BAD_SESSION
        8864, 1100ffff0002c021, BAD_SESSION
        8864, 110000010001c021, NO_PROTOCOL
        """)
    void packetThatNoSubscriberSendsHasAName(String etherType, String packet, PppoeFault fault) {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> decode(etherType, packet))
                .extracting(MalformedPacket::reason)
                .isEqualTo(fault);
    }

    @Test
    void groupIsNoSource() {
        Frame frame = new Frame(0, Bytes.fromHex("ffffffffffff030000000017" + "8863" + "110900000000"));
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> PppoeFrame.decode(frame))
                .extracting(MalformedPacket::reason)
                .isEqualTo(PppoeFault.BAD_STATION);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        09, 010100,                           BAD_TAG
        09, 01010001,                         BAD_TAG
        09, 0101ffff,                         BAD_TAG
        09, '',                               SERVICE_NAMES
        09, 0101000001010000,                 SERVICE_NAMES
        09, 0000000001010000,                 SERVICE_NAMES
        09, 010100000120000105,               BAD_MAX_PAYLOAD
        19, 0101000001200000,                 BAD_MAX_PAYLOAD
        19, 01010000,                         NO_COOKIE
        """)
    void messageThatCannotBeAnsweredHasAName(String code, String tags, PppoeFault fault) {
        String packet = "11" + code + "0000" + "%04x".formatted(tags.length() / 2) + tags;
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> DiscoveryMessage.decode(decode("8863", packet)))
                .extracting(MalformedPacket::reason)
                .isEqualTo(fault);
    }

    @Test
    void padiBeyondItsLongestIsRefused() throws MalformedPacket {
        String service = "01010000" + "0103" + "%04x".formatted(1471) + "00".repeat(1471);
        PppoeFrame frame = decode("8863", "11090000" + "%04x".formatted(1479) + service);
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> DiscoveryMessage.decode(frame))
                .extracting(MalformedPacket::reason)
                .isEqualTo(PppoeFault.TOO_LONG);
    }

    @Test
    void whatStandsBehindTheEndOfTheListIsNotRead() throws MalformedPacket {
        DiscoveryMessage padi = DiscoveryMessage.decode(decode("8863", "11090000000b" + "0101000000000000" + "ffffff"));
        assertThat(padi.tags()).hasSize(1);
    }

    @Test
    void truncatedFrameIsMalformedWhereverItEnds() {
        for (int length = 0; length < PADI.length() - 2; length++) {
            Frame cut = new Frame(0, PADI.slice(0, length));
            assertThatExceptionOfType(MalformedPacket.class)
                    .as("%s bytes", length)
                    .isThrownBy(() -> DiscoveryMessage.decode(PppoeFrame.decode(cut)));
        }
    }

    @Test
    void noBytesBreakTheDecoder() {
        long seed = 2516;
        Random random = new Random(seed);
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = PADI.toArray();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[PPPOE_AT + random.nextInt(bytes.length - PPPOE_AT)] = (byte) random.nextInt();
            }
            try {
                AccessLine.of(DiscoveryMessage.decode(PppoeFrame.decode(new Frame(0, Bytes.adopt(bytes)))));
                read++;
            } catch (MalformedPacket expected) {
                assertThat(expected.reason()).isNotNull();
            }
        }
        assertThat(read).as("seed %s", seed).isPositive();
    }

    private static PppoeFrame decode(String etherType, String packet) throws MalformedPacket {
        return PppoeFrame.decode(new Frame(0, Bytes.fromHex("020000000001020000000017" + etherType + packet)));
    }
}
