package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.net.Bytes;
import sluice.net.InternetChecksum;
import sluice.net.Ip4;

/** The segment size that a SYN offers is lowered to what the line carries, and nothing else is touched. */
final class SegmentSizeTest {

    private static final int SYN = 2;
    private static final int SYN_ACK = 0x12;
    private static final int ACK = 0x10;
    private static final String OFFER = "020405b4";
    private static final String CLAMPED = "020405ac";
    private static final int MOST = 1452;

    private static Bench bench;

    static Stream<Line> lines() {
        return Line.all().stream();
    }

    @BeforeAll
    static void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
    }

    @AfterEach
    void forget() throws Exception {
        bench.subscribers().remove(Line.SESSION, Packets.SUBSCRIBER);
    }

    @AfterAll
    static void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    /** A segment with its checksum (RFC 9293, 3.1), in a packet. */
    private static Bytes segment(Ip4 source, Ip4 destination, int flags, String options, Ip4Fields fields) {
        Bytes bytes = Bytes.fromHex(options);
        int header = 20 + bytes.length();
        Bytes tcp = Bytes.fromHex("c00001bb0000000100000000")
                .plus(Bytes.of(header / 4 << 4, flags))
                .plus(Bytes.fromHex("ffff00000000"))
                .plus(bytes)
                .plus(Bytes.fromHex("0badcafe"));
        Bytes pseudo = source.toBytes()
                .plus(destination.toBytes())
                .plus(Bytes.of(0, 6))
                .plus(Line.u16(tcp.length()));
        int checksum = InternetChecksum.of(pseudo.plus(tcp));
        return fields.packet(
                source, destination, tcp.slice(0, 16).plus(Line.u16(checksum)).plus(tcp.slice(18)));
    }

    private static Bytes up(int flags, String options) {
        return segment(Packets.SUBSCRIBER, Packets.SERVER, flags, options, Ip4Fields.TCP);
    }

    private static Bytes down(int flags, String options) {
        return segment(Packets.SERVER, Packets.SUBSCRIBER, flags, options, Ip4Fields.TCP);
    }

    private void assertUp(Bytes packet, Bytes expected) throws Exception {
        assertThat(bench.access(Line.IPOE.up(packet)))
                .isEqualTo(new Bench.Result(Bench.REDIRECT, Line.toCore(Packets.hop(expected)), Verdict.FORWARDED_UP));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void offersOfBothSidesAreLowered(Line line) throws Exception {
        bench.subscribers().install(line.entry(Line.segments(MOST)));
        assertThat(bench.access(line.up(up(SYN, OFFER))).frame()).isEqualTo(Line.toCore(Packets.hop(up(SYN, CLAMPED))));
        assertThat(bench.core(Line.fromCore(down(SYN_ACK, OFFER))).frame())
                .isEqualTo(line.down(Packets.hop(down(SYN_ACK, CLAMPED))));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void offerOfAFirstFragmentIsLoweredAndThatOfALaterOneIsData(Line line) throws Exception {
        bench.subscribers().install(line.entry(Line.segments(MOST)));
        checkFragment(line, Ip4Fields.TCP.withFragment(0x2000), CLAMPED);
        checkFragment(line, Ip4Fields.TCP.withFragment(0x2001), OFFER);
    }

    private static void checkFragment(Line line, Ip4Fields fields, String expected) throws Exception {
        Bytes up = segment(Packets.SUBSCRIBER, Packets.SERVER, SYN, OFFER, fields);
        Bytes down = segment(Packets.SERVER, Packets.SUBSCRIBER, SYN, OFFER, fields);
        assertThat(bench.access(line.up(up)).frame())
                .isEqualTo(
                        Line.toCore(Packets.hop(segment(Packets.SUBSCRIBER, Packets.SERVER, SYN, expected, fields))));
        assertThat(bench.core(Line.fromCore(down)).frame())
                .isEqualTo(line.down(Packets.hop(segment(Packets.SERVER, Packets.SUBSCRIBER, SYN, expected, fields))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s",
                "0101%s0101",
                "01%s010101",
                "010101%s01",
                "0402080a0000000100000002%s0103030700000000",
                "030307%s0402010000",
                "010101010101010101010101010101010101010101010101010101010101010101010101%s",
                "0101010101010101010101010101010101010101010101010101010101010101010101%s00"
            })
    void offerIsFoundAmongOtherOptionsAtOddPlacesToo(String options) throws Exception {
        bench.subscribers().install(Line.IPOE.entry(Line.segments(MOST)));
        String offered = padded(options.replace("%s", OFFER));
        assertUp(up(SYN, offered), up(SYN, offered.replace(OFFER, CLAMPED)));
    }

    private static String padded(String options) {
        return options + "00".repeat((4 - options.length() / 2 % 4) % 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // no options
                "02040200", // smaller already
                "020405ac", // just as large
                "020305b4", // length that is not that of this option
                "00020405b4000000", // behind the end
                "0500020405b40000", // an option without progress
                "0501020405b40000", // an option shorter than its head
                "08ff020405b40000", // an option longer than the header
                "0101010102040000", // cut off by the end of the header: its value is payload
                "010102"
            })
    void everythingElseStaysAsItCame(String options) throws Exception {
        bench.subscribers().install(Line.IPOE.entry(Line.segments(MOST)));
        Bytes packet = up(SYN, padded(options));
        assertUp(packet, packet);
    }

    @Test
    void onlyFirstFragmentsOfSynsAreLookedAt() throws Exception {
        bench.subscribers().install(Line.IPOE.entry(Line.segments(MOST)));
        assertUp(up(ACK, OFFER), up(ACK, OFFER));
        Ip4Fields later = Ip4Fields.TCP.withFragment(0x0001);
        Bytes fragment = segment(Packets.SUBSCRIBER, Packets.SERVER, SYN, OFFER, later);
        assertUp(fragment, fragment);
        Ip4Fields optional = Ip4Fields.TCP.withOptions(Bytes.copyOf(new byte[40]));
        assertUp(
                segment(Packets.SUBSCRIBER, Packets.SERVER, SYN, OFFER, optional),
                segment(Packets.SUBSCRIBER, Packets.SERVER, SYN, CLAMPED, optional));
        Bytes stump = Ip4Fields.TCP.packet(
                Packets.SUBSCRIBER, Packets.SERVER, up(SYN, OFFER).slice(20, 19));
        assertUp(stump, stump);
    }

    @Test
    void subscribersWithoutALimitKeepTheirOffers() throws Exception {
        for (Line line : List.of(Line.IPOE, Line.PPPOE)) {
            bench.subscribers().install(line.entry());
            assertThat(bench.access(line.up(up(SYN, OFFER))).frame())
                    .isEqualTo(Line.toCore(Packets.hop(up(SYN, OFFER))));
        }
    }
}
