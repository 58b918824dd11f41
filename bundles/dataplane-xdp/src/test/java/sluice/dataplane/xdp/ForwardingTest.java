package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;

/** One frame in, the exact bytes out, and the counters. */
final class ForwardingTest {

    private static final long SESSION = 42;

    private Bench bench;

    static Stream<List<VlanTag>> shapes() {
        return Stream.of(Packets.UNTAGGED, Packets.SINGLE, Packets.DOUBLE, Packets.OLD_DOUBLE);
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

    private void install(List<VlanTag> tags, Policer upload, Policer download) throws Exception {
        bench.subscribers()
                .install(new SubscriberEntry(
                        SESSION, 0, tags, Packets.SUBSCRIBER_MAC, Packets.SUBSCRIBER, upload, download));
    }

    private void install(List<VlanTag> tags) throws Exception {
        install(tags, Policer.UNLIMITED, Policer.UNLIMITED);
    }

    private Traffic traffic() {
        return bench.subscribers().read(SESSION, Packets.SUBSCRIBER).orElseThrow();
    }

    private void assertDropped(Bench.Result result, Verdict verdict) {
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.action()).isEqualTo(Bench.DROP);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void upstreamLosesItsTagsAndOneHop(List<VlanTag> tags) throws Exception {
        install(tags);
        Bench.Result result = bench.access(Packets.up(tags, 100));
        assertThat(result.verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(result.action()).isEqualTo(Bench.REDIRECT);
        assertThat(result.frame())
                .isEqualTo(Packets.ip(
                        Packets.NEXT_HOP_MAC,
                        Packets.CORE_MAC,
                        Packets.UNTAGGED,
                        Packets.hop(Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 100))));
        assertThat(traffic()).isEqualTo(new Traffic(1, 128, 0, 0, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void downstreamGetsTheTagsOfItsLine(List<VlanTag> tags) throws Exception {
        install(tags);
        Bench.Result result = bench.core(Packets.down(200));
        assertThat(result.verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        assertThat(result.action()).isEqualTo(Bench.REDIRECT);
        assertThat(result.frame())
                .isEqualTo(Packets.ip(
                        Packets.SUBSCRIBER_MAC,
                        Packets.GATEWAY_MAC,
                        tags,
                        Packets.hop(Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, 200))));
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, 1, 228, 0, 0, 0));
    }

    @Test
    void priorityOfTheTagsDoesNotHideTheLine() throws Exception {
        install(Packets.DOUBLE);
        List<VlanTag> urgent =
                List.of(new VlanTag(VlanTag.S_TAG, 0xa000 | 100), new VlanTag(VlanTag.C_TAG, 0xe000 | 7));
        assertThat(bench.access(Packets.up(urgent, 100)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
    }

    @Test
    void addressOfAnotherLineIsSpoofed() throws Exception {
        install(Packets.DOUBLE);
        List<VlanTag> neighbour = List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(8)));
        for (List<VlanTag> tags : List.of(neighbour, Packets.SINGLE, Packets.UNTAGGED, Packets.OLD_DOUBLE)) {
            assertDropped(bench.access(Packets.up(tags, 100)), Verdict.SPOOFED_LINE);
        }
        assertThat(traffic()).isEqualTo(new Traffic(0, 0, 0, 0, 0, 0, 4));
    }

    @Test
    void addressOfAnotherMacIsSpoofed() throws Exception {
        install(Packets.DOUBLE);
        assertDropped(bench.access(Packets.with(Packets.up(Packets.DOUBLE, 100), 11, 0x99)), Verdict.SPOOFED_MAC);
        assertThat(traffic().spoofed()).isEqualTo(1);
    }

    @Test
    void addressOfNobodyIsDropped() throws Exception {
        install(Packets.DOUBLE);
        for (String address :
                List.of("10.64.0.11", "10.64.3.255", "10.63.255.255", "10.64.4.0", "192.0.2.1", "0.0.0.0")) {
            Bytes packet = Packets.udp(Ip4.parse(address), Packets.SERVER, 9000, 10);
            Bytes frame = Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, packet);
            assertDropped(bench.access(frame), Verdict.UNKNOWN_SOURCE);
        }
    }

    @Test
    void addressesAtBothEndsOfEachNetworkAreServed() throws Exception {
        long session = 1;
        for (String text : List.of("10.64.0.0", "10.64.3.255", "10.65.0.0", "10.65.0.255")) {
            Ip4 address = Ip4.parse(text);
            bench.subscribers()
                    .install(new SubscriberEntry(
                            session++,
                            0,
                            Packets.SINGLE,
                            Packets.SUBSCRIBER_MAC,
                            address,
                            Policer.UNLIMITED,
                            Policer.UNLIMITED));
            Bytes packet = Packets.udp(address, Packets.SERVER, 9000, 10);
            Bytes frame = Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.SINGLE, packet);
            assertThat(bench.access(frame).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        }
        assertThat(bench.subscribers().entries()).hasSize(4);
    }

    @Test
    void addressOutsideEveryNetworkIsServed() throws Exception {
        Ip4 address = Ip4.parse("203.0.113.5");
        bench.subscribers()
                .install(new SubscriberEntry(
                        SESSION,
                        0,
                        Packets.SINGLE,
                        Packets.SUBSCRIBER_MAC,
                        address,
                        Policer.UNLIMITED,
                        Policer.UNLIMITED));
        Bytes up = Packets.ip(
                Packets.GATEWAY_MAC,
                Packets.SUBSCRIBER_MAC,
                Packets.SINGLE,
                Packets.udp(address, Packets.SERVER, 1, 10));
        Bytes down = Packets.ip(
                Packets.CORE_MAC, Packets.NEXT_HOP_MAC, Packets.UNTAGGED, Packets.udp(Packets.SERVER, address, 1, 10));
        assertThat(bench.access(up).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(bench.core(down).verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        assertThat(bench.subscribers().remove(SESSION, address)).contains(new Traffic(1, 38, 1, 38, 0, 0, 0));
        assertDropped(bench.access(up), Verdict.UNKNOWN_SOURCE);
        assertThat(bench.core(down).verdict()).isEqualTo(Verdict.PASSED);
    }

    @Test
    void uploadOverItsRateIsDroppedAndCountedApart() throws Exception {
        install(Packets.DOUBLE, new Policer(8000, 1280), Policer.UNLIMITED); // ten packets at once, then one in 128 ms
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            verdicts.add(bench.access(Packets.up(Packets.DOUBLE, 100)).verdict());
        }
        assertThat(verdicts.subList(0, 10)).containsOnly(Verdict.FORWARDED_UP);
        assertThat(verdicts.subList(10, 30)).contains(Verdict.POLICED_UP);
        Traffic traffic = traffic();
        assertThat(traffic.uploadPackets() + traffic.uploadDropped()).isEqualTo(30);
        assertThat(traffic.uploadBytes()).isEqualTo(128 * traffic.uploadPackets());
    }

    @Test
    void downloadOverItsRateIsDroppedAndCountedApart() throws Exception {
        install(Packets.DOUBLE, Policer.UNLIMITED, new Policer(8000, 2280));
        for (int i = 0; i < 10; i++) {
            assertThat(bench.core(Packets.down(200)).verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        }
        for (int i = 0; i < 5; i++) {
            bench.core(Packets.down(200));
        }
        assertThat(traffic().downloadDropped()).isPositive();
        assertThat(traffic().uploadDropped()).isZero();
    }

    @Test
    void newRatesApplyAtOnceAndCountersGoOn() throws Exception {
        install(Packets.DOUBLE, new Policer(8000, 128), Policer.UNLIMITED);
        bench.access(Packets.up(Packets.DOUBLE, 100));
        assertDropped(bench.access(Packets.up(Packets.DOUBLE, 100)), Verdict.POLICED_UP);
        install(Packets.DOUBLE);
        for (int i = 0; i < 5; i++) {
            assertThat(bench.access(Packets.up(Packets.DOUBLE, 100)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        }
        assertThat(traffic()).isEqualTo(new Traffic(6, 768, 0, 0, 0, 0, 0, 0, 1, 0, 128, 0, 0, 0));
    }

    @Test
    void stoppedSubscriberIsSilentAndKeepsItsCounters() throws Exception {
        install(Packets.DOUBLE);
        bench.access(Packets.up(Packets.DOUBLE, 100));
        assertThat(bench.subscribers().stop(SESSION, Packets.SUBSCRIBER)).contains(traffic());
        assertDropped(bench.access(Packets.up(Packets.DOUBLE, 100)), Verdict.UNKNOWN_SOURCE);
        assertThat(bench.core(Packets.down(10)).action()).isEqualTo(Bench.PASS);
        assertThat(bench.subscribers().entries()).hasSize(1);
        assertThat(traffic().uploadPackets()).isEqualTo(1);
        install(Packets.DOUBLE);
        bench.access(Packets.up(Packets.DOUBLE, 100));
        assertThat(traffic().uploadPackets()).isEqualTo(2);
    }

    @Test
    void bytesBehindThePacketAreNotForwarded() throws Exception {
        install(Packets.DOUBLE);
        Bytes smuggled = Packets.up(Packets.DOUBLE, 100).plus(Bytes.copyOf(new byte[1000]));
        assertThat(bench.access(smuggled).frame().length()).isEqualTo(14 + 128);
        Bytes padded = Packets.up(Packets.DOUBLE, 1).plus(Bytes.copyOf(new byte[46 - 29]));
        assertThat(bench.access(padded).frame().length()).isEqualTo(60);
    }

    @Test
    void strangersFramesAndGroupsAreNotForwarded() throws Exception {
        install(Packets.DOUBLE);
        Bytes packet = Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 10);
        MacAddress stranger = MacAddress.parse("02:00:00:00:0f:0f");
        assertDropped(
                bench.access(Packets.ip(stranger, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, packet)), Verdict.NOT_FOR_US);
        assertDropped(
                bench.access(Packets.ip(MacAddress.BROADCAST, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, packet)),
                Verdict.BAD_DESTINATION);
        for (String group : List.of("224.0.0.1", "127.0.0.1", "255.255.255.255", "0.1.2.3", "240.0.0.1")) {
            Bytes martian = Packets.udp(Packets.SUBSCRIBER, Ip4.parse(group), 9000, 10);
            Bytes frame = Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, martian);
            assertDropped(bench.access(frame), Verdict.BAD_DESTINATION);
        }
    }

    @Test
    void kernelKeepsWhatTheCoreSendsToOthers() throws Exception {
        install(Packets.DOUBLE);
        Bytes toUs = Packets.ip(
                Packets.CORE_MAC,
                Packets.NEXT_HOP_MAC,
                Packets.UNTAGGED,
                Packets.udp(Packets.SERVER, Ip4.parse("10.99.0.1"), 1, 10));
        Bench.Result result = bench.core(toUs);
        assertThat(result).isEqualTo(new Bench.Result(Bench.PASS, toUs, Verdict.PASSED));
        Bytes arp = Packets.arp(MacAddress.BROADCAST, Packets.UNTAGGED, 1, Packets.SERVER, Packets.SUBSCRIBER);
        assertThat(bench.core(arp)).isEqualTo(new Bench.Result(Bench.PASS, arp, Verdict.PASSED));
    }
}
