package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.dataplane.api.Treatment.Identity;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.MacAddress;

/** One IPv6 frame in, the exact bytes out, and the counters. */
final class Forwarding6Test {

    private static final List<Ip6> SOURCES = List.of(Packets6.HOST, Packets6.ON_LINK, Packets6.DELEGATED);
    private static final Line SINGLE = new Line(Packets.SINGLE, 0);

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

    private void install(Line line, Policer upload, Policer download, Treatment treatment) throws Exception {
        bench.subscribers().install(Packets6.entry(line, upload, download, treatment));
    }

    private void install(Line line, Treatment treatment) throws Exception {
        install(line, Policer.UNLIMITED, Policer.UNLIMITED, treatment);
    }

    private void install(Line line) throws Exception {
        install(line, Treatment.PLAIN);
    }

    private static Treatment identity(Identity identity) {
        return new Treatment(identity, Access.OPEN, 0, OptionalInt.empty(), OptionalInt.empty(), false, 0);
    }

    private Traffic traffic() {
        return bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER).orElseThrow();
    }

    private void assertDropped(Bench.Result result, Verdict verdict) {
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.action()).isEqualTo(Bench.DROP);
    }

    private void assertUp(Bench.Result result, Bytes packet) {
        assertThat(result.verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(result.action()).isEqualTo(Bench.REDIRECT);
        assertThat(result.frame())
                .isEqualTo(
                        Packets6.frame(Packets.NEXT_HOP_MAC, Packets.CORE_MAC, Packets.UNTAGGED, Packets6.hop(packet)));
    }

    private void assertDown(Bench.Result result, Line line, Bytes packet) {
        assertThat(result.verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        assertThat(result.action()).isEqualTo(Bench.REDIRECT);
        assertThat(result.frame()).isEqualTo(Packets6.toLine(line, Packets6.hop(packet)));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void upstreamLosesItsTagsAndOneHop(Line line) throws Exception {
        install(line);
        for (Ip6 source : SOURCES) {
            Bytes packet = Packets6.udp(source, Packets6.SERVER, 9000, 100);
            assertUp(bench.access(Packets6.up(line, packet)), packet);
        }
        assertThat(traffic()).isEqualTo(new Traffic(3, 444, 0, 0, 3, 444, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void downstreamGetsTheTagsOfItsLine(Line line) throws Exception {
        install(line);
        for (Ip6 destination : SOURCES) {
            Bytes packet = Packets6.udp(Packets6.SERVER, destination, 9000, 200);
            assertDown(bench.core(Packets6.down(packet)), line, packet);
        }
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, 3, 744, 0, 0, 3, 744, 0, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void everySizeGoesBothWays(Line line) throws Exception {
        install(line);
        for (int payload = 0; payload <= 1500 - Packets6.HEADER - 8; payload += payload < 64 ? 1 : 97) {
            Bytes up = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, payload);
            assertUp(bench.access(Packets6.up(line, up)), up);
            Bytes down = Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, payload);
            assertDown(bench.core(Packets6.down(down)), line, down);
        }
    }

    @Test
    void paddingAndBytesBehindThePacketAreNotForwarded() throws Exception {
        install(Line.IPOE);
        Bytes packet = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 10);
        Bytes frame = Packets6.up(Line.IPOE, packet).plus(Bytes.copyOf(new byte[500]));
        assertUp(bench.access(frame), packet);
        Bytes empty = Packets6.packet(Packets6.HOST, Packets6.SERVER, 59, 64, Bytes.EMPTY);
        Bytes padded = bench.access(Packets6.up(Line.IPOE, empty).plus(Bytes.copyOf(new byte[6])))
                .frame();
        assertThat(padded.length()).isEqualTo(60);
    }

    @Test
    void addressesOfNobodyAreDroppedOrLeftToTheKernel() throws Exception {
        install(Line.IPOE);
        for (String address :
                List.of("2001:db8:1::11", "2001:db8:2:2::1", "2001:db8:56:1300::1", "2001:db8:56:11ff::1")) {
            Ip6 stranger = Ip6.parse(address);
            Bytes up = Packets6.udp(stranger, Packets6.SERVER, 9000, 10);
            assertDropped(bench.access(Packets6.up(Line.IPOE, up)), Verdict.UNKNOWN_SOURCE);
            Bytes down = Packets6.down(Packets6.udp(Packets6.SERVER, stranger, 9000, 10));
            assertThat(bench.core(down)).isEqualTo(new Bench.Result(Bench.PASS, down, Verdict.PASSED));
        }
    }

    @Test
    void sessionsOfPppoeAreNotTakenForEachOther() throws Exception {
        install(Line.PPPOE, identity(Identity.LOOSE));
        Bytes packet = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 10);
        assertUp(bench.access(Packets6.up(Line.PPPOE, packet)), packet);
        Line other = new Line(Packets.DOUBLE, Line.PPPOE.pppoe() + 1);
        assertDropped(bench.access(Packets6.up(other, packet)), Verdict.SPOOFED_PPPOE);
        assertDropped(bench.access(Packets6.up(Line.IPOE, packet)), Verdict.SPOOFED_PPPOE);
        Bytes stranger = Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, 10);
        assertDropped(bench.access(Packets6.up(Line.PPPOE, stranger)), Verdict.UNKNOWN_PPPOE);
        assertThat(traffic().spoofed()).isEqualTo(2);
    }

    @Test
    void familiesShareOneBucketAndAreCountedApart() throws Exception {
        install(Line.IPOE, new Policer(8000, 1480), Policer.UNLIMITED, Treatment.PLAIN);
        Bytes packet = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 100); // 148 bytes
        for (int i = 0; i < 5; i++) {
            assertUp(bench.access(Packets6.up(Line.IPOE, packet)), packet);
            assertThat(bench.access(Packets.up(Packets.DOUBLE, 120)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        }
        assertDropped(bench.access(Packets6.up(Line.IPOE, packet)), Verdict.POLICED_UP);
        assertDropped(bench.access(Packets.up(Packets.DOUBLE, 120)), Verdict.POLICED_UP);
        assertThat(traffic()).isEqualTo(new Traffic(10, 1480, 0, 0, 5, 740, 0, 0, 2, 0, 296, 0, 0, 0));
    }

    @Test
    void downloadOverItsRateIsDropped() throws Exception {
        install(Line.IPOE, Policer.UNLIMITED, new Policer(8000, 248), Treatment.PLAIN);
        Bytes packet = Packets6.down(Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, 200));
        assertThat(bench.core(packet).verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        assertDropped(bench.core(packet), Verdict.POLICED_DOWN);
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, 1, 248, 0, 0, 1, 248, 0, 1, 0, 248, 0, 0));
    }

    @Test
    void destinationsThatAreNobodysAreDropped() throws Exception {
        install(Line.IPOE);
        for (String nobody : List.of("::", "::1", "::ffff:192.0.2.1")) {
            Bytes packet = Packets6.udp(Packets6.HOST, Ip6.parse(nobody), 9000, 10);
            assertDropped(bench.access(Packets6.up(Line.IPOE, packet)), Verdict.BAD_DESTINATION);
        }
        Bytes packet = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 10);
        Bytes toGroup =
                Packets6.frame(MacAddress.parse("33:33:00:00:00:01"), Packets.SUBSCRIBER_MAC, Packets.DOUBLE, packet);
        assertDropped(bench.access(toGroup), Verdict.NOT_FOR_US);
    }

    /** RFC 6052, 2.1, and RFC 8215: IPv4 of a subscriber with 464XLAT is IPv6 here. */
    @Test
    void whatNat64TranslatesPassesBothWays() throws Exception {
        install(Line.IPOE);
        for (String translated : List.of("64:ff9b::c633:6407", "64:ff9b:1:fffe::c633:6407")) {
            Bytes up = Packets6.udp(Packets6.HOST, Ip6.parse(translated), 9000, 10);
            assertThat(bench.access(Packets6.up(Line.IPOE, up)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
            Bytes down = Packets6.udp(Ip6.parse(translated), Packets6.HOST, 9000, 10);
            assertDown(bench.core(Packets6.down(down)), Line.IPOE, down);
        }
    }

    @Test
    void sourcesThatAreNobodysAreDropped() throws Exception {
        install(Line.IPOE);
        for (String nobody : List.of("::1", "::ffff:192.0.2.1", "ff02::1", "ff0e::1")) {
            Bytes packet = Packets6.udp(Ip6.parse(nobody), Packets6.SERVER, 9000, 10);
            assertDropped(bench.access(Packets6.up(Line.IPOE, packet)), Verdict.BAD_IP6_SOURCE);
        }
    }

    @Test
    void subscriberWithoutAnIp4AddressIsServed() throws Exception {
        bench.subscribers()
                .install(new SubscriberEntry(
                        Line.SESSION,
                        0,
                        Packets.SINGLE,
                        Packets.SUBSCRIBER_MAC,
                        0,
                        Ip4.ANY,
                        Packets6.PREFIXES,
                        Policer.UNLIMITED,
                        Policer.UNLIMITED,
                        Treatment.PLAIN));
        Bytes packet = Packets6.udp(Packets6.DELEGATED, Packets6.SERVER, 9000, 10);
        assertUp(bench.access(Packets6.up(SINGLE, packet)), packet);
        assertThat(bench.subscribers().remove(Line.SESSION, Ip4.ANY))
                .contains(new Traffic(1, 58, 0, 0, 1, 58, 0, 0, 0, 0, 0, 0, 0, 0));
        assertDropped(bench.access(Packets6.up(SINGLE, packet)), Verdict.UNKNOWN_SOURCE);
    }

    @Test
    void stoppedSubscriberIsSilent() throws Exception {
        install(Line.IPOE);
        bench.subscribers().stop(Line.SESSION, Packets.SUBSCRIBER);
        Bytes packet = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 10);
        assertDropped(bench.access(Packets6.up(Line.IPOE, packet)), Verdict.UNKNOWN_SOURCE);
        Bytes down = Packets6.down(Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, 10));
        assertThat(bench.core(down).action()).isEqualTo(Bench.PASS);
    }

    @Test
    void kernelKeepsWhatTheCoreSaysOnItsOwnLink() throws Exception {
        install(Line.IPOE);
        Bytes solicitation = Packets6.icmp(
                Ip6.parse("fe80::1"), Ip6.parse("ff02::1:ff00:1"), 255, 135, 0, Bytes.copyOf(new byte[20]));
        Bytes frame = Packets6.frame(
                MacAddress.parse("33:33:ff:00:00:01"), Packets.NEXT_HOP_MAC, Packets.UNTAGGED, solicitation);
        assertThat(bench.core(frame)).isEqualTo(new Bench.Result(Bench.PASS, frame, Verdict.PASSED));
        Bytes toUs = Packets6.down(Packets6.udp(Packets6.SERVER, Packets6.CORE, 9000, 10));
        assertThat(bench.core(toUs)).isEqualTo(new Bench.Result(Bench.PASS, toUs, Verdict.PASSED));
    }
}
