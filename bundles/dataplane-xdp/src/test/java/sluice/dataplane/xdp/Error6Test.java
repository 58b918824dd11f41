package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip6;
import sluice.net.WireWriter;

/** What senders are told of packets that do not go on (RFC 4443, 3.2 and 3.3). */
final class Error6Test {

    private static final int CORE_MTU = 1500;
    private static final int QUOTE_MAX = 1280 - 48;
    private static final int TOO_BIG = 2;
    private static final int TIME_EXCEEDED = 3;

    private Bench bench;

    static Stream<Line> lines() {
        return Line.all().stream();
    }

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private void install(Line line) throws Exception {
        bench.subscribers().install(Packets6.entry(line));
    }

    private static Bytes error(Ip6 source, Ip6 destination, int type, int value, Bytes about) {
        Bytes body = new WireWriter()
                .u32(value)
                .bytes(about.slice(0, Math.min(QUOTE_MAX, about.length())))
                .toBytes();
        return Packets6.icmp(source, destination, 64, type, 0, body);
    }

    private static Bytes dying(Ip6 source, Ip6 destination, int payload) {
        return Packets.with(Packets6.udp(source, destination, 33434, payload), 7, 1);
    }

    private void assertTold(Bench.Result result, Verdict verdict, Bytes frame) {
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.action()).isEqualTo(Bench.REDIRECT);
        assertThat(result.frame()).isEqualTo(frame);
        assertThat(bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER)).contains(Traffic.NONE);
    }

    private static Bytes toCore(Bytes packet) {
        return Packets6.frame(Packets.NEXT_HOP_MAC, Packets.CORE_MAC, Packets.UNTAGGED, packet);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void subscriberIsToldWhatTheCoreCarries(Line line) throws Exception {
        install(line);
        for (int length : List.of(CORE_MTU + 1, 1550, 1600)) {
            Bytes packet = Packets6.udp(Packets6.DELEGATED, Packets6.SERVER, 9000, length - 48);
            assertTold(
                    bench.access(Packets6.up(line, packet)),
                    Verdict.FRAGMENTATION_NEEDED,
                    Packets6.toLine(line, error(Packets6.CORE, Packets6.DELEGATED, TOO_BIG, CORE_MTU, packet)));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void coreIsToldWhatTheLineCarriesBesideItsTags(Line line) throws Exception {
        install(line);
        int most = line.mtu(Bench.MTU);
        Bytes fits = Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, most - 48);
        assertThat(bench.core(Packets6.down(fits)).verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        bench.subscribers().remove(Line.SESSION, Packets.SUBSCRIBER);
        install(line);
        Bytes packet = Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, most + 1 - 48);
        assertTold(
                bench.core(Packets6.down(packet)),
                Verdict.FRAGMENTATION_NEEDED,
                toCore(error(Packets6.CORE, Packets6.SERVER, TOO_BIG, most, packet)));
    }

    private static Bytes large(Ip6 source, Ip6 destination, int length) {
        return Packets6.udp(source, destination, 9000, length - 48);
    }

    /**
     * RFC 8200, 5: every link of IPv6 carries 1280 bytes, and a line that carries more is no smaller link by a wish.
     */
    @ParameterizedTest
    @MethodSource("lines")
    void limitOfASubscriberBelow1280HoldsForIpv4Alone(Line line) throws Exception {
        for (int mtu : List.of(68, 1279, 1280)) {
            bench.subscribers().install(Packets6.entry(line, Policer.UNLIMITED, Policer.UNLIMITED, Line.mtuOf(mtu)));
            Bytes tooLarge = large(Packets6.SERVER, Packets6.HOST, 1281);
            assertTold(
                    bench.core(Packets6.down(tooLarge)),
                    Verdict.FRAGMENTATION_NEEDED,
                    toCore(error(Packets6.CORE, Packets6.SERVER, TOO_BIG, 1280, tooLarge)));
            assertThat(bench.core(Packets6.down(large(Packets6.SERVER, Packets6.HOST, 1280)))
                            .verdict())
                    .isEqualTo(Verdict.FORWARDED_DOWN);
            bench.subscribers().remove(Line.SESSION, Packets.SUBSCRIBER);
        }
    }

    /** RFC 8201, 4: nobody takes less than 1280 for an answer, so nobody is told of it. */
    @Test
    void linkBelow1280DropsByNameAndIsNeverToldOf() throws Exception {
        Subscribers subscribers = bench.adopt(
                List.of(new GatewaySettings.Core(
                        Bench.LOOPBACK,
                        1200,
                        Packets.CORE_MAC,
                        Optional.of(Packets.NEXT_HOP_MAC),
                        Optional.of(Packets.NEXT_HOP_MAC),
                        Packets6.CORE)),
                List.of(new GatewaySettings.Port("lo", Bench.LOOPBACK, 1200, Packets.GATEWAY_MAC)));
        Line line = new Line(Packets.SINGLE, 0);
        subscribers.install(Packets6.entry(line));
        for (int length : List.of(1201, 1280)) {
            Bench.Result down = bench.core(Packets6.down(large(Packets6.SERVER, Packets6.HOST, length)));
            assertThat(down.verdict()).isEqualTo(Verdict.TOO_BIG);
            assertThat(down.action()).isEqualTo(Bench.DROP);
            Bench.Result up = bench.access(Packets6.up(line, large(Packets6.HOST, Packets6.SERVER, length)));
            assertThat(up.verdict()).isEqualTo(Verdict.TOO_BIG);
            assertThat(up.action()).isEqualTo(Bench.DROP);
        }
        Bytes down = large(Packets6.SERVER, Packets6.HOST, 1281);
        assertTold(
                bench.core(Packets6.down(down)),
                Verdict.FRAGMENTATION_NEEDED,
                toCore(error(Packets6.CORE, Packets6.SERVER, TOO_BIG, 1280, down)));
        Bytes up = large(Packets6.HOST, Packets6.SERVER, 1281);
        assertTold(
                bench.access(Packets6.up(line, up)),
                Verdict.FRAGMENTATION_NEEDED,
                Packets6.toLine(line, error(Packets6.CORE, Packets6.HOST, TOO_BIG, 1280, up)));
        assertThat(bench.core(Packets6.down(large(Packets6.SERVER, Packets6.HOST, 1200)))
                        .verdict())
                .isEqualTo(Verdict.FORWARDED_DOWN);
    }

    @Test
    void withoutAnAddressOfOurOwnTheLinesAddressTellsTheSubscriber() throws Exception {
        bench.subscribers().address6(0, Ip6.ANY);
        install(Line.IPOE);
        Bytes packet = dying(Packets6.HOST, Packets6.SERVER, 33);
        assertTold(
                bench.access(Packets6.up(Line.IPOE, packet)),
                Verdict.TIME_EXCEEDED,
                Packets6.toLine(
                        Line.IPOE, error(Packets6.GATEWAY_LINK_LOCAL, Packets6.HOST, TIME_EXCEEDED, 0, packet)));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void subscriberIsToldThatHopsAreUsedUp(Line line) throws Exception {
        install(line);
        for (int payload : List.of(0, 1, 2, 3, 60, 61, 1183, 1184, 1185, 1400)) {
            Bytes packet = dying(Packets6.ON_LINK, Packets6.SERVER, payload);
            assertTold(
                    bench.access(Packets6.up(line, packet)),
                    Verdict.TIME_EXCEEDED,
                    Packets6.toLine(line, error(Packets6.CORE, Packets6.ON_LINK, TIME_EXCEEDED, 0, packet)));
        }
    }

    @Test
    void paddingIsNotQuoted() throws Exception {
        install(Line.IPOE);
        Bytes packet = dying(Packets6.HOST, Packets6.SERVER, 0);
        assertTold(
                bench.access(Packets6.up(Line.IPOE, packet).plus(Bytes.copyOf(new byte[40]))),
                Verdict.TIME_EXCEEDED,
                Packets6.toLine(Line.IPOE, error(Packets6.CORE, Packets6.HOST, TIME_EXCEEDED, 0, packet)));
    }

    @Test
    void coreIsToldThatHopsAreUsedUp() throws Exception {
        install(Line.IPOE);
        Bytes packet = dying(Packets6.SERVER, Packets6.DELEGATED, 33);
        assertTold(
                bench.core(Packets6.down(packet)),
                Verdict.TIME_EXCEEDED,
                toCore(error(Packets6.CORE, Packets6.SERVER, TIME_EXCEEDED, 0, packet)));
    }

    @Test
    void nobodyIsToldOfErrorsAndRedirects() throws Exception {
        install(Line.IPOE);
        for (int type : List.of(1, 2, 3, 4, 127, 137)) {
            Bytes packet = Packets.with(
                    Packets6.icmp(Packets6.HOST, Packets6.SERVER, 64, type, 0, Bytes.copyOf(new byte[60])), 7, 1);
            for (Bytes form : List.of(packet, Packets6.extended(packet, Packets6.OPTIONS, 16))) {
                assertThat(bench.access(Packets6.up(Line.IPOE, form)).verdict()).isEqualTo(Verdict.TTL_EXPIRED);
            }
        }
        Bytes echo = Packets.with(
                Packets6.icmp(Packets6.HOST, Packets6.SERVER, 64, 128, 0, Bytes.copyOf(new byte[60])), 7, 1);
        assertThat(bench.access(Packets6.up(Line.IPOE, echo)).verdict()).isEqualTo(Verdict.TIME_EXCEEDED);
        Bytes fromGroup = dying(Ip6.parse("ff0e::1"), Packets6.HOST, 10);
        assertThat(bench.core(Packets6.down(fromGroup)).action()).isEqualTo(Bench.DROP);
    }

    /** Type and code stand in the first fragment; a later one does not say that it belongs to an error. */
    @Test
    void fragmentsAreToldOfUnlessTheyBeginAnError() throws Exception {
        install(Line.IPOE);
        for (int type : List.of(1, 2, 137)) {
            Bytes first = fragmentOf(type, 0);
            assertThat(bench.access(Packets6.up(Line.IPOE, first)).verdict()).isEqualTo(Verdict.TTL_EXPIRED);
        }
        for (Bytes packet : List.of(fragmentOf(128, 0), fragmentOf(128, 90), fragmentOf(129, 0))) {
            assertTold(
                    bench.access(Packets6.up(Line.IPOE, packet)),
                    Verdict.TIME_EXCEEDED,
                    Packets6.toLine(Line.IPOE, error(Packets6.CORE, Packets6.HOST, TIME_EXCEEDED, 0, packet)));
        }
    }

    private static Bytes fragmentOf(int type, int offset) {
        Bytes message = Packets6.icmp(Packets6.HOST, Packets6.SERVER, 64, type, 0, Bytes.copyOf(new byte[64]));
        return Packets.with(Packets6.fragment(message, offset, true), 7, 1);
    }

    @Test
    void oneSubscriberIsToldSoOftenAndNotMore() throws Exception {
        install(Line.IPOE);
        Bytes frame = Packets6.up(Line.IPOE, dying(Packets6.HOST, Packets6.SERVER, 10));
        int told = 0;
        for (int i = 0; i < 500; i++) {
            Verdict verdict = bench.access(frame).verdict();
            assertThat(verdict).isIn(Verdict.TIME_EXCEEDED, Verdict.TTL_EXPIRED);
            told += verdict == Verdict.TIME_EXCEEDED ? 1 : 0;
        }
        assertThat(told).isBetween(20, 300);
    }
}
