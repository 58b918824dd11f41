package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;
import sluice.packet.io.Storm;

/** Storms before the control plane, and those who must not notice them. */
final class GuardTest {

    private static final int FLOOD = 100_000;
    private static final Bytes FLOODING = Packets.dhcp(Packets.DOUBLE, 300);

    private Bench bench;

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

    private static List<VlanTag> line(int customer) {
        return List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(customer)));
    }

    private static PuntLimits limits(int line, PuntClass one, int all) {
        return new PuntLimits(line, Map.of(one, all));
    }

    @Test
    void lineThatStormsCostsTheOtherLinesNothing() throws Exception {
        bench.guard().write(limits(10, PuntClass.DHCP, 1000));
        bench.flood("access", FLOODING, FLOOD);
        Map<Verdict, Long> stormed = bench.differences();
        assertThat(stormed.get(Verdict.LINE_DHCP)).isGreaterThan(FLOOD / 2);
        assertThat(stormed).doesNotContainKey(Verdict.CLASS_DHCP);
        for (int customer = 1000; customer < 1200; customer++) {
            assertThat(bench.access(Packets.dhcp(line(customer), 300)).verdict())
                    .isEqualTo(Verdict.PUNT_UNHEARD);
        }
    }

    @Test
    void lineThatStormsIsListedWithWhatItLost() throws Exception {
        bench.guard().write(limits(10, PuntClass.DHCP, 0));
        bench.flood("access", FLOODING, FLOOD);
        bench.flood("access", Packets.dhcp(line(8), 300), 1);
        List<Storm> storms = bench.guard().storms();
        assertThat(storms).hasSize(1);
        Storm storm = storms.getFirst();
        assertThat(storm).isEqualTo(new Storm(0, 100, 7, MacAddress.ZERO, PuntClass.DHCP, storm.dropped()));
        assertThat(storm.dropped()).isEqualTo(bench.differences().get(Verdict.LINE_DHCP));
    }

    @Test
    void stormInOneClassCostsTheOthersNothing() throws Exception {
        bench.guard().write(limits(0, PuntClass.DHCP, 10));
        bench.flood("access", FLOODING, FLOOD);
        assertThat(bench.differences().get(Verdict.CLASS_DHCP)).isGreaterThan(FLOOD / 2);
        Bytes question = Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Packets.SUBSCRIBER, Packets.GATEWAY);
        assertThat(bench.access(question).verdict()).isEqualTo(Verdict.ARP_ANSWERED);
    }

    @Test
    void lineMayStillAskInAnotherClassThanTheOneItFloods() throws Exception {
        bench.guard().write(limits(10, PuntClass.DHCP, 0));
        bench.flood("access", FLOODING, FLOOD);
        bench.differences();
        Bytes question = Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Packets.SUBSCRIBER, Packets.GATEWAY);
        assertThat(bench.access(question).verdict()).isEqualTo(Verdict.ARP_ANSWERED);
    }

    @Test
    void stormOfPppoeDiscoveryCostsNeitherOpenSessionsNorDhcp() throws Exception {
        bench.guard().write(limits(0, PuntClass.PPPOE, 10));
        bench.flood("access", Line.PPPOE.discovery(MacAddress.BROADCAST), FLOOD);
        assertThat(bench.differences().get(Verdict.CLASS_PPPOE)).isGreaterThan(FLOOD / 2);
        Bytes control = Line.PPPOE.ppp(0xc021, Bytes.fromHex("01010004"));
        assertThat(bench.access(control).verdict()).isEqualTo(Verdict.PUNT_UNHEARD);
        assertThat(bench.access(FLOODING).verdict()).isEqualTo(Verdict.PUNT_UNHEARD);
        bench.guard().write(limits(0, PuntClass.PPP, 10));
        bench.flood("access", control, FLOOD);
        assertThat(bench.differences().get(Verdict.CLASS_PPP)).isGreaterThan(FLOOD / 2);
        assertThat(bench.access(Line.PPPOE.discovery(MacAddress.BROADCAST)).verdict())
                .isEqualTo(Verdict.PUNT_UNHEARD);
    }

    @Test
    void arpOfOneLineIsBounded() throws Exception {
        bench.guard().write(limits(10, PuntClass.ARP, 0));
        Bytes others = Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Packets.SUBSCRIBER, Packets.SERVER);
        bench.flood("access", others, FLOOD);
        assertThat(bench.differences().get(Verdict.LINE_ARP)).isGreaterThan(FLOOD / 2);
        Bytes question = Packets.arp(MacAddress.BROADCAST, line(8), 1, Packets.SUBSCRIBER, Packets.GATEWAY);
        assertThat(bench.access(question).verdict()).isEqualTo(Verdict.ARP_ANSWERED);
    }

    @Test
    void priorityAndSenderDoNotMakeAnotherLine() throws Exception {
        bench.guard().write(limits(10, PuntClass.DHCP, 0));
        bench.flood("access", FLOODING, FLOOD);
        bench.differences();
        List<VlanTag> urgent =
                List.of(new VlanTag(VlanTag.S_TAG, 0xa000 | 100), new VlanTag(VlanTag.C_TAG, 0xe000 | 7));
        bench.flood("access", Packets.with(Packets.dhcp(urgent, 300), 11, 0x99), FLOOD);
        assertThat(bench.differences().get(Verdict.LINE_DHCP)).isGreaterThan(FLOOD / 2);
        assertThat(bench.guard().storms()).hasSize(1);
    }

    @Test
    void withoutTagsEachSenderIsALineOfItsOwn() throws Exception {
        bench.guard().write(limits(10, PuntClass.DHCP, 0));
        Bytes flooding = Packets.dhcp(Packets.UNTAGGED, 300);
        bench.flood("access", flooding, FLOOD);
        bench.differences();
        assertThat(bench.access(Packets.with(flooding, 11, 0x99)).verdict()).isEqualTo(Verdict.PUNT_UNHEARD);
        assertThat(bench.guard().storms()).extracting(Storm::sender).containsExactly(Packets.SUBSCRIBER_MAC);
    }

    @Test
    void rateOfAClassIsExactOverProcessors() throws Exception {
        int rate = 5000;
        bench.guard().write(limits(0, PuntClass.DHCP, rate));
        MonotonicClock clock = MonotonicClock.system();
        long began = clock.nanos();
        FutureTask<Void> other = new FutureTask<>(() -> {
            bench.flood("access", Packets.dhcp(line(8), 300), 5 * FLOOD);
            return null;
        });
        Thread.ofPlatform().name("flooding").start(other);
        bench.flood("access", FLOODING, 5 * FLOOD);
        other.get();
        double seconds = (clock.nanos() - began) / 1e9;
        Map<Verdict, Long> counted = bench.differences();
        assertThat(counted.get(Verdict.PUNT_UNHEARD)).isBetween((long) rate, (long) (rate * (1 + seconds)) + 1);
    }

    @Test
    void newRatesHoldForTheNextFrame() throws Exception {
        bench.guard().write(limits(10, PuntClass.DHCP, 0));
        bench.flood("access", FLOODING, FLOOD);
        bench.guard().write(limits(0, PuntClass.DHCP, 0));
        bench.differences();
        bench.flood("access", FLOODING, FLOOD);
        assertThat(bench.differences()).isEqualTo(Map.of(Verdict.PUNT_UNHEARD, (long) FLOOD));
    }

    @Test
    void ratesThatAreNoneAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PuntLimits(-1, Map.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> limits(0, PuntClass.ND, PuntLimits.MOST + 1));
        assertThat(PuntLimits.DEFAULT.perSecond(PuntClass.DHCP)).isEqualTo(100_000);
    }

    @Test
    void classesAndVerdictsAreTheSameInCAndJava() {
        Btf btf = BpfObject.ofBundle().btf();
        Map<String, Integer> inJava = Arrays.stream(PuntClass.values())
                .collect(Collectors.toMap(one -> "PUNT_" + one.name(), PuntClass::ordinal));
        inJava.put("PUNT_CLASSES", PuntClass.values().length);
        assertThat(btf.constants(btf.find(Btf.ENUM, "punt_class").orElseThrow()))
                .isEqualTo(inJava);
        for (PuntClass one : PuntClass.values()) {
            assertThat(Verdict.valueOf("LINE_" + one.name()).label()).isEqualTo(one.overLine());
            assertThat(Verdict.valueOf("CLASS_" + one.name()).label()).isEqualTo(one.overClass());
            assertThat(Verdict.valueOf("LINE_" + one.name()).id()).isEqualTo(Verdict.LINE_DHCP.id() + one.ordinal());
            assertThat(Verdict.valueOf("CLASS_" + one.name()).id()).isEqualTo(Verdict.CLASS_DHCP.id() + one.ordinal());
        }
    }

    @Test
    void bucketsLieAsInC() {
        Btf btf = BpfObject.ofBundle().btf();
        Function<String, Map<String, Integer>> offsets =
                name -> btf.members(btf.find(Btf.STRUCT, name).orElseThrow()).stream()
                        .collect(Collectors.toMap(Btf.Member::name, Btf.Member::offset));
        assertThat(BpfObject.ofBundle().map("guarded_classes").valueSize()).isEqualTo(GuardTable.CLASS_BYTES);
        assertThat(offsets.apply("guarded_class"))
                .containsEntry("line", GuardTable.LINE_PACE_AT)
                .containsEntry("all", GuardTable.CLASS_PACE_AT)
                .containsEntry("tat", GuardTable.TAT_AT);
        assertThat(offsets.apply("pace")).isEqualTo(Map.of("interval", 0, "burst", 8));
        assertThat(BpfObject.ofBundle().map("guarded_lines").keySize()).isEqualTo(GuardTable.KEY_BYTES);
        assertThat(offsets.apply("guarded_line"))
                .containsEntry("port", 0)
                .containsEntry("outer_vid", GuardTable.OUTER_VID_AT)
                .containsEntry("inner_vid", GuardTable.INNER_VID_AT)
                .containsEntry("class", GuardTable.CLASS_AT)
                .containsEntry("mac", GuardTable.MAC_AT);
        assertThat(offsets.apply("line_use")).isEqualTo(Map.of("tat", 0, "dropped", GuardTable.DROPPED_AT));
    }
}
