package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.InternetChecksum;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.VlanId;
import sluice.net.VlanTag;

/** IPv4 of every access shape on IPoE and PPPoE, both directions: frames in, exact bytes out. */
final class AccessShapeTest {

    private static final Bytes OPTIONS = Bytes.fromHex("9404000001010100"); // router alert, no-operations, end

    private static final Ip4Prefix SITE = Ip4Prefix.parse("192.0.2.64/27");

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

    private Traffic traffic() {
        return bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER).orElseThrow();
    }

    /** Packets that every line carries: by length, options and place in a datagram. */
    private static List<Bytes> packets(Ip4 source, Ip4 destination) {
        Ip4Fields udp = Ip4Fields.UDP;
        Ip4Fields gre = new Ip4Fields(0, 0, 255, 47, Bytes.EMPTY);
        return List.of(
                gre.packet(source, destination, Bytes.EMPTY),
                gre.packet(source, destination, filled(1)),
                gre.packet(source, destination, filled(26)),
                udp.packet(source, destination, filled(1480)),
                udp.withOptions(OPTIONS).packet(source, destination, filled(100)),
                udp.withOptions(Bytes.copyOf(new byte[40])).packet(source, destination, filled(1440)),
                udp.withFragment(0x2000).packet(source, destination, filled(64)),
                udp.withFragment(0x2008).packet(source, destination, filled(64)),
                udp.withFragment(0x0010).packet(source, destination, filled(3)),
                udp.withTos(3).packet(source, destination, filled(8)),
                udp.withTtl(2).packet(source, destination, filled(8)),
                Ip4Fields.ICMP.packet(
                        source, destination, Bytes.fromHex("0303fcfc00000000").plus(filled(28))),
                gre.withFragment(0x4000).packet(source, destination, filled(50)));
    }

    private static Bytes filled(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 7 + 1);
        }
        return Bytes.adopt(bytes);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void upstreamLeavesItsLineBehind(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        long bytes = 0;
        for (Bytes packet : packets(Packets.SUBSCRIBER, Packets.SERVER)) {
            assertThat(bench.access(line.up(packet)))
                    .isEqualTo(
                            new Bench.Result(Bench.REDIRECT, Line.toCore(Packets.hop(packet)), Verdict.FORWARDED_UP));
            bytes += packet.length();
        }
        assertThat(traffic()).isEqualTo(new Traffic(13, bytes, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void downstreamIsDressedForItsLine(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        long bytes = 0;
        for (Bytes packet : packets(Packets.SERVER, Packets.SUBSCRIBER)) {
            Line dressed = line.withPriority(packet.at(1) >> 5 & 7);
            assertThat(bench.core(Line.fromCore(packet)))
                    .isEqualTo(new Bench.Result(
                            Bench.REDIRECT, dressed.down(Packets.hop(packet)), Verdict.FORWARDED_DOWN));
            bytes += packet.length();
        }
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, 13, bytes, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void paddingIsNotForwardedBeyondTheLeastFrame(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Bytes packet = Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 10);
        Bytes padding = Bytes.copyOf(new byte[300]);
        Bytes expected = Line.toCore(Packets.hop(packet)).plus(padding.slice(0, 46 - packet.length()));
        assertThat(bench.access(line.up(packet).plus(padding)).frame()).isEqualTo(expected);
        Bytes back = Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, 10);
        assertThat(bench.core(Line.fromCore(back).plus(padding)).frame())
                .isEqualTo(line.down(Packets.hop(back)).plus(padding.slice(0, 46 - back.length())));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void priorityOfFramesToTheSubscriberIsThatOfTheirPacket(Line line) throws Exception {
        bench.subscribers().install(line.withPriority(3).entry());
        for (int dscp : List.of(0, 8, 34, 46, 63)) {
            Bytes packet = Line.downPacket(Ip4Fields.UDP.withTos(dscp << 2 | 1), filled(20));
            assertThat(bench.core(Line.fromCore(packet)).frame())
                    .isEqualTo(line.withPriority(dscp >> 3).down(Packets.hop(packet)));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void priorityOfTheEntryIsSetWhereItsPolicySaysSo(Line line) throws Exception {
        Line urgent = line.withPriority(5);
        bench.subscribers().install(urgent.entry(Line.marking(OptionalInt.empty(), OptionalInt.empty(), true)));
        Bytes packet = Line.downPacket(Ip4Fields.UDP.withTos(0x28), filled(20));
        assertThat(bench.core(Line.fromCore(packet)).frame()).isEqualTo(urgent.down(Packets.hop(packet)));
        Bytes up = Line.upPacket(Ip4Fields.UDP, filled(20));
        assertThat(bench.access(line.withPriority(1).up(up)).frame()).isEqualTo(Line.toCore(Packets.hop(up)));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void dscpIsMarkedInBothDirectionsAndCongestionIsLeft(Line line) throws Exception {
        bench.subscribers().install(line.entry(Line.marking(OptionalInt.of(10), OptionalInt.of(46), false)));
        for (int tos : List.of(0, 3, 0xb8, 0xff)) {
            Bytes up = Line.upPacket(Ip4Fields.UDP.withTos(tos), filled(20));
            Bytes marked = Line.upPacket(Ip4Fields.UDP.withTos(10 << 2 | tos & 3), filled(20));
            assertThat(bench.access(line.up(up)).frame()).isEqualTo(Line.toCore(Packets.hop(marked)));
            Bytes down = Line.downPacket(Ip4Fields.UDP.withTos(tos), filled(20));
            Bytes expedited = Line.downPacket(Ip4Fields.UDP.withTos(46 << 2 | tos & 3), filled(20));
            assertThat(bench.core(Line.fromCore(down)).frame())
                    .isEqualTo(line.withPriority(5).down(Packets.hop(expedited)));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void addressOnAnyOtherLineIsSpoofed(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Bytes packet = Line.upPacket(Ip4Fields.UDP, filled(20));
        int others = 0;
        for (Line other : Line.all()) {
            if (!other.equals(line)) {
                Bench.Result result = bench.access(other.up(packet));
                assertThat(result.verdict())
                        .isEqualTo(other.tags().equals(line.tags()) ? Verdict.SPOOFED_PPPOE : Verdict.SPOOFED_LINE);
                assertThat(result.action()).isEqualTo(Bench.DROP);
                others++;
            }
        }
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, 0, 0, 0, 0, others));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void stationThatIsAnotherIsSpoofed(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Bytes frame = Packets.with(line.up(Line.upPacket(Ip4Fields.UDP, filled(20))), 11, 0x99);
        assertThat(bench.access(frame)).isEqualTo(new Bench.Result(Bench.DROP, frame, Verdict.SPOOFED_MAC));
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, 0, 0, 0, 0, 1));
    }

    private static SubscriberEntry routed(Line line) {
        return new SubscriberEntry(
                Line.SESSION,
                0,
                line.tags(),
                Packets.SUBSCRIBER_MAC,
                line.pppoe(),
                line.pppoe() == 0 ? 0 : Line.MAGIC,
                Packets.SUBSCRIBER,
                List.of(),
                List.of(SITE),
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void networkBehindTheLineIsReachedBothWays(Line line) throws Exception {
        bench.subscribers().install(routed(line));
        long bytes = 0;
        for (Ip4 host : List.of(SITE.network(), SITE.network().plus(6), SITE.broadcast())) {
            for (Bytes packet : packets(host, Packets.SERVER)) {
                assertThat(bench.access(line.up(packet)))
                        .isEqualTo(new Bench.Result(
                                Bench.REDIRECT, Line.toCore(Packets.hop(packet)), Verdict.FORWARDED_UP));
                bytes += packet.length();
            }
            for (Bytes packet : packets(Packets.SERVER, host)) {
                Line dressed = line.withPriority(packet.at(1) >> 5 & 7);
                assertThat(bench.core(Line.fromCore(packet)))
                        .isEqualTo(new Bench.Result(
                                Bench.REDIRECT, dressed.down(Packets.hop(packet)), Verdict.FORWARDED_DOWN));
            }
        }
        assertThat(traffic()).isEqualTo(new Traffic(39, bytes, 39, bytes, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void networkBehindTheLineEndsAtItsPrefixAndItsLine(Line line) throws Exception {
        bench.subscribers().install(routed(line));
        for (Ip4 outside : List.of(SITE.network().plus(-1), SITE.broadcast().plus(1))) {
            assertThat(bench.access(line.up(Ip4Fields.UDP.packet(outside, Packets.SERVER, filled(20))))
                            .verdict())
                    .isEqualTo(line.pppoe() == 0 ? Verdict.UNKNOWN_SOURCE : Verdict.UNKNOWN_PPPOE);
            assertThat(bench.core(Line.fromCore(Ip4Fields.UDP.packet(Packets.SERVER, outside, filled(20))))
                            .verdict())
                    .isEqualTo(Verdict.PASSED);
        }
        Bytes packet = Ip4Fields.UDP.packet(SITE.network().plus(6), Packets.SERVER, filled(20));
        for (Line other : Line.all()) {
            if (!other.equals(line)) {
                assertThat(bench.access(other.up(packet)).verdict())
                        .isEqualTo(other.tags().equals(line.tags()) ? Verdict.SPOOFED_PPPOE : Verdict.SPOOFED_LINE);
            }
        }
        assertThat(traffic().spoofed()).isEqualTo(Line.all().size() - 1);
    }

    private static Treatment identity(Treatment.Identity identity) {
        return Treatment.PLAIN.withIdentity(identity);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void looseIdentityIsTheLineAndNotTheDevice(Line line) throws Exception {
        bench.subscribers().install(line.entry(identity(Treatment.Identity.LOOSE)));
        Bytes packet = Line.upPacket(Ip4Fields.UDP, filled(20));
        assertThat(bench.access(Packets.with(line.up(packet), 11, 0x99)).verdict())
                .isEqualTo(Verdict.FORWARDED_UP);
        Line neighbour = new Line(List.of(VlanTag.service(new VlanId(2))), line.pppoe());
        assertThat(bench.access(neighbour.up(packet)).verdict()).isEqualTo(Verdict.SPOOFED_LINE);
        assertThat(traffic().spoofed()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void loggedIdentityForwardsAndCounts(Line line) throws Exception {
        bench.subscribers().install(line.entry(identity(Treatment.Identity.LOG_ONLY)));
        Bytes packet = Line.upPacket(Ip4Fields.UDP, filled(20));
        for (Line other : Line.all()) {
            assertThat(bench.access(other.up(packet)))
                    .isEqualTo(
                            new Bench.Result(Bench.REDIRECT, Line.toCore(Packets.hop(packet)), Verdict.FORWARDED_UP));
        }
        assertThat(bench.access(Packets.with(line.up(packet), 11, 0x99)).verdict())
                .isEqualTo(Verdict.FORWARDED_UP);
        assertThat(traffic().spoofed()).isEqualTo(Line.all().size());
        assertThat(traffic().uploadPackets()).isEqualTo(Line.all().size() + 1);
    }

    @Test
    void dhcpIsNotCaughtByIdentity() throws Exception {
        bench.subscribers().install(Line.IPOE.entry());
        Bytes renewal = Packets.udp(Packets.SUBSCRIBER, Packets.GATEWAY, 67, 250);
        Line elsewhere = new Line(Packets.SINGLE, 0);
        assertThat(bench.access(elsewhere.up(renewal)).verdict()).isIn(Verdict.PUNTED, Verdict.PUNT_UNHEARD);
        assertThat(traffic()).isEqualTo(Traffic.NONE);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void echoToTheGatewayIsAnsweredOnItsLine(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Bytes data = filled(32);
        Bytes request = echo(8, 17, Packets.SUBSCRIBER, Packets.GATEWAY, data);
        Bytes reply = echo(0, 64, Packets.GATEWAY, Packets.SUBSCRIBER, data);
        assertThat(bench.access(line.up(request)))
                .isEqualTo(new Bench.Result(Bench.REDIRECT, line.down(reply), Verdict.ECHO_ANSWERED));
    }

    private static Bytes echo(int type, int ttl, Ip4 from, Ip4 to, Bytes data) {
        Bytes message = Bytes.of(type, 0, 0, 0, 1, 2, 3, 4).plus(data);
        int checksum = InternetChecksum.of(message);
        return Ip4Fields.ICMP
                .withTtl(ttl)
                .packet(from, to, message.slice(0, 2).plus(Line.u16(checksum)).plus(message.slice(4)));
    }
}
