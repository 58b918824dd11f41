package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip6;

/** IPv6 of every access shape on IPoE and PPPoE, both directions: frames in, exact bytes out. */
final class AccessShape6Test {

    private static final List<Integer> EXTENSIONS = List.of(
            Packets6.HOP_BY_HOP, Packets6.ROUTING, Packets6.OPTIONS, 51, 135, 139, 253); // and AH, mobility, HIP
    private static final int NONE = 59;
    private static final int ESP = 50;
    private static final int SEGMENT = 1452;
    private static final int SEGMENT6 = SEGMENT - 20;
    private static final int STATION_AT = 11;

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

    private static void install(Line line, Treatment treatment) throws Exception {
        bench.subscribers().install(Packets6.entry(line, Policer.UNLIMITED, Policer.UNLIMITED, treatment));
    }

    private static Traffic traffic() {
        return bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER).orElseThrow();
    }

    private static void assertUp(Bytes sent, Bytes packet) throws Exception {
        Bytes expected = Packets6.frame(Packets.NEXT_HOP_MAC, Packets.CORE_MAC, Packets.UNTAGGED, Packets6.hop(packet));
        assertThat(bench.access(sent)).isEqualTo(new Bench.Result(Bench.REDIRECT, expected, Verdict.FORWARDED_UP));
    }

    private static void assertDown(Bytes sent, Line line, Bytes packet) throws Exception {
        Bytes expected = Packets6.toLine(line, Packets6.hop(packet));
        assertThat(bench.core(Packets6.down(sent)))
                .isEqualTo(new Bench.Result(Bench.REDIRECT, expected, Verdict.FORWARDED_DOWN));
    }

    private static void assertSpoofed(Bytes sent, Verdict verdict) throws Exception {
        assertThat(bench.access(sent)).isEqualTo(new Bench.Result(Bench.DROP, sent, verdict));
    }

    /** Packets that every line carries: by what follows the fixed header, and place in a datagram. */
    private static List<Bytes> packets(Ip6 source, Ip6 destination) {
        Bytes udp = Packets6.udp(source, destination, 9000, 100);
        List<Bytes> packets = new ArrayList<>();
        packets.add(udp);
        packets.add(Packets6.packet(source, destination, NONE, 64, Bytes.EMPTY));
        packets.add(Packets6.packet(source, destination, ESP, 255, Bytes.copyOf(new byte[333])));
        packets.add(Packets6.packet(source, destination, Packets6.UDP, 2, udp.slice(Packets6.HEADER)));
        packets.add(Packets6.udp(source, destination, 9000, 1500 - Packets6.HEADER - 8));
        Bytes all = udp;
        for (int kind : EXTENSIONS) {
            packets.add(Packets6.extended(udp, kind, 8));
            packets.add(Packets6.extended(udp, kind, 256));
            all = Packets6.extended(all, kind, 24);
            packets.add(all);
        }
        for (int offset : List.of(0, 1, 181, 0x1fff)) {
            for (boolean more : List.of(true, false)) {
                packets.add(Packets6.fragment(udp, offset, more));
                packets.add(Packets6.extended(Packets6.fragment(udp, offset, more), Packets6.HOP_BY_HOP, 8));
                packets.add(Packets6.fragment(Packets6.syn(source, destination, 1460), offset, more));
            }
        }
        return packets;
    }

    @ParameterizedTest
    @MethodSource("lines")
    void extensionHeadersAndFragmentsLeaveTheirLineBehind(Line line) throws Exception {
        install(line, Line.segments(1000));
        int count = 0;
        long bytes = 0;
        for (Ip6 source : List.of(Packets6.HOST, Packets6.DELEGATED)) {
            for (Bytes packet : packets(source, Packets6.SERVER)) {
                assertUp(Packets6.up(line, packet), packet);
                count++;
                bytes += packet.length();
            }
        }
        assertThat(traffic()).isEqualTo(new Traffic(count, bytes, 0, 0, count, bytes, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void extensionHeadersAndFragmentsAreDressedForTheirLine(Line line) throws Exception {
        install(line, Line.segments(1000));
        int count = 0;
        long bytes = 0;
        for (Ip6 destination : List.of(Packets6.HOST, Packets6.DELEGATED)) {
            for (Bytes packet : packets(Packets6.SERVER, destination)) {
                assertDown(packet, line, packet);
                count++;
                bytes += packet.length();
            }
        }
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, count, bytes, 0, 0, count, bytes, 0, 0, 0, 0, 0, 0));
    }

    private static Bytes classed(Bytes packet, int trafficClass) {
        int first = packet.at(0) & 0xf0 | trafficClass >> 4;
        int second = trafficClass << 4 & 0xf0 | 0x0d; // and some of the flow label
        return Packets.with(Packets.with(packet, 0, first), 1, second);
    }

    private static Bytes up(int trafficClass) {
        return classed(Packets6.udp(Packets6.DELEGATED, Packets6.SERVER, 9000, 20), trafficClass);
    }

    private static Bytes down(int trafficClass) {
        return classed(Packets6.udp(Packets6.SERVER, Packets6.DELEGATED, 9000, 20), trafficClass);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void dscpIsMarkedInBothDirectionsAndCongestionAndFlowAreLeft(Line line) throws Exception {
        install(line, Line.marking(OptionalInt.of(10), OptionalInt.of(46), false));
        for (int trafficClass : List.of(0, 3, 0x41, 0xb8, 0xff)) {
            assertUp(Packets6.up(line, up(trafficClass)), up(10 << 2 | trafficClass & 3));
            assertDown(down(trafficClass), line.withPriority(46 >> 3), down(46 << 2 | trafficClass & 3));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void priorityOfFramesToTheSubscriberIsThatOfTheirPacket(Line line) throws Exception {
        install(line.withPriority(3), Treatment.PLAIN);
        for (int dscp : List.of(0, 8, 34, 46, 63)) {
            Bytes packet = down(dscp << 2 | 1);
            assertDown(packet, line.withPriority(dscp >> 3), packet);
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void priorityOfTheEntryIsSetWhereItsPolicySaysSo(Line line) throws Exception {
        Line urgent = line.withPriority(5);
        install(urgent, Line.marking(OptionalInt.empty(), OptionalInt.of(8), true));
        for (int dscp : List.of(0, 10, 46)) {
            assertDown(down(dscp << 2), urgent, down(8 << 2));
            assertUp(Packets6.up(line.withPriority(1), up(dscp << 2)), up(dscp << 2));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void segmentsOfNewConnectionsAreMadeToFit(Line line) throws Exception {
        install(line, Line.segments(SEGMENT));
        for (int offer : List.of(536, SEGMENT6 - 1, SEGMENT6, SEGMENT6 + 1, 1460, 0xffff)) {
            int clamped = Math.min(offer, SEGMENT6);
            assertUp(
                    Packets6.up(line, Packets6.syn(Packets6.HOST, Packets6.SERVER, offer)),
                    Packets6.syn(Packets6.HOST, Packets6.SERVER, clamped));
            assertDown(
                    Packets6.syn(Packets6.SERVER, Packets6.ON_LINK, offer),
                    line,
                    Packets6.syn(Packets6.SERVER, Packets6.ON_LINK, clamped));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void strictIdentityRefusesEveryOtherLineAndStation(Line line) throws Exception {
        install(line, Treatment.PLAIN.withIdentity(Treatment.Identity.STRICT));
        Bytes packet = up(0);
        int refused = 0;
        for (Line other : Line.all()) {
            if (!other.equals(line)) {
                boolean sameTags = other.tags().equals(line.tags());
                assertSpoofed(Packets6.up(other, packet), sameTags ? Verdict.SPOOFED_PPPOE : Verdict.SPOOFED_LINE);
                refused++;
            }
        }
        assertSpoofed(Packets.with(Packets6.up(line, packet), STATION_AT, 0x99), Verdict.SPOOFED_MAC);
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, 0, 0, 0, 0, refused + 1));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void looseIdentityIsTheLineAndNotTheStation(Line line) throws Exception {
        install(line, Treatment.PLAIN.withIdentity(Treatment.Identity.LOOSE));
        Bytes packet = up(0);
        assertUp(Packets.with(Packets6.up(line, packet), STATION_AT, 0x99), packet);
        for (Line other : Line.all()) {
            if (!other.equals(line)) {
                boolean sameTags = other.tags().equals(line.tags());
                assertSpoofed(Packets6.up(other, packet), sameTags ? Verdict.SPOOFED_PPPOE : Verdict.SPOOFED_LINE);
            }
        }
        assertThat(traffic().spoofed()).isEqualTo(Line.all().size() - 1);
        assertThat(traffic().uploadPackets6()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void loggedIdentityForwardsAndCounts(Line line) throws Exception {
        install(line, Treatment.PLAIN.withIdentity(Treatment.Identity.LOG_ONLY));
        Bytes packet = up(0);
        for (Line other : Line.all()) {
            assertUp(Packets6.up(other, packet), packet);
        }
        assertUp(Packets.with(Packets6.up(line, packet), STATION_AT, 0x99), packet);
        assertThat(traffic().spoofed()).isEqualTo(Line.all().size());
        assertThat(traffic().uploadPackets6()).isEqualTo(Line.all().size() + 1);
    }
}
