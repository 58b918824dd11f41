package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;

/** A network in use becomes a wider one that needs other places: under traffic, and with a death in the middle. */
@Timeout(60)
final class GrowingNetworkTest {

    private static final int ROUNDS = 20;
    private static final int SPARE_FIRST = 4096;
    private static final int ENTRIES = SPARE_FIRST + 64;
    private static final int PACKET_BYTES = 20 + 8 + 10;
    private static final List<Ip6Prefix> PREFIXES = List.of(Ip6Prefix.parse("2001:db8:7:100::/56"));
    private static final NetworkEntry NARROW = network("10.64.0.0/24", Packets.GATEWAY);
    private static final NetworkEntry WIDE = network("10.64.0.0/23", Packets.GATEWAY);
    private static final NetworkEntry BEHIND = network("10.65.0.0/24", Ip4.parse("10.65.0.1"));

    private Bench bench;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        bench.subscribers().networks(List.of());
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private static NetworkEntry network(String prefix, Ip4 gateway) {
        return new NetworkEntry(Ip4Prefix.parse(prefix), gateway);
    }

    private static SubscriberEntry entry(int pppoe, List<Ip6Prefix> prefixes) {
        return entry(1, Packets.SUBSCRIBER, pppoe, prefixes);
    }

    private static SubscriberEntry entry(long session, Ip4 address, int pppoe, List<Ip6Prefix> prefixes) {
        return new SubscriberEntry(
                session,
                0,
                Packets.DOUBLE,
                Packets.SUBSCRIBER_MAC,
                pppoe,
                address,
                prefixes,
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN);
    }

    private int place() {
        return bench.subscribers()
                .settings()
                .networkOf(Packets.SUBSCRIBER)
                .orElseThrow()
                .indexOf(Packets.SUBSCRIBER);
    }

    @Test
    void everyPacketIsCountedWhileTheNetworkOfItsSenderGrows() throws Exception {
        Bytes frame = Packets.up(Packets.DOUBLE, 10);
        for (int round = 0; round < ROUNDS; round++) {
            bench.subscribers().networks(List.of(NARROW));
            bench.subscribers().networks(List.of(NARROW, BEHIND));
            bench.subscribers().install(entry(0, List.of()));
            int narrow = place();
            AtomicBoolean enough = new AtomicBoolean();
            FutureTask<Integer> sender = new FutureTask<>(() -> {
                int sent = 0;
                for (; !enough.get(); sent++) {
                    assertThat(bench.access(frame).verdict()).isEqualTo(Verdict.FORWARDED_UP);
                }
                return sent;
            });
            Thread.ofPlatform().name("sender").start(sender);
            try {
                bench.subscribers().networks(List.of(WIDE, BEHIND));
            } finally {
                enough.set(true);
            }
            int sent = sender.get();
            assertThat(sent).isPositive();
            assertThat(place()).isNotEqualTo(narrow);
            assertThat(bench.subscribers().remove(1, Packets.SUBSCRIBER))
                    .contains(new Traffic(sent, (long) PACKET_BYTES * sent, 0, 0, 0, 0, 0));
            bench.subscribers().networks(List.of());
        }
    }

    @Test
    void allWaysLeadToTheNewPlaceAndTheOldOneIsFree() throws Exception {
        bench.subscribers().networks(List.of(NARROW, BEHIND));
        bench.subscribers().install(entry(77, PREFIXES));
        int narrow = place();
        bench.subscribers().networks(List.of(WIDE, BEHIND));
        assertThat(place()).isNotEqualTo(narrow);
        assertThat(bench.subscribers().entries()).containsExactly(entry(77, PREFIXES));
        assertThat(bench.subscribers().audit().run()).isEmpty();
        bench.subscribers().networks(List.of(WIDE, BEHIND, network("192.0.2.0/24", Ip4.parse("192.0.2.1"))));
        assertThat(bench.subscribers().entries()).containsExactly(entry(77, PREFIXES));
        assertThat(bench.adopt().entries()).containsExactly(entry(77, PREFIXES));
    }

    @Test
    void whoGetsThePlaceOfANetworkThatLeavesAtTheSameTimeKeepsIt() throws Exception {
        SubscriberEntry outside = entry(2, Ip4.parse("10.64.1.5"), 0, List.of());
        bench.subscribers().networks(List.of(NARROW, BEHIND));
        bench.subscribers().install(entry(77, PREFIXES));
        bench.subscribers().install(outside);
        bench.subscribers().networks(List.of(WIDE, network("10.65.0.0/23", Ip4.parse("10.65.0.1"))));
        assertThat(bench.subscribers().entries()).containsExactlyInAnyOrder(entry(77, PREFIXES), outside);
        assertThat(bench.subscribers().audit().run()).isEmpty();
        assertThat(bench.adopt().entries()).containsExactlyInAnyOrder(entry(77, PREFIXES), outside);
    }

    @Test
    void copyOfAnEntryInANetworkIsGoneAfterADeathBeforeTheSettingsLedToIt() throws Exception {
        bench.subscribers().networks(List.of(NARROW, BEHIND));
        bench.subscribers().install(entry(77, PREFIXES));
        try (MappedMemory memory = MappedMemory.of(bench.loaded().map("subscribers"))) {
            new SubscriberTable(memory.memory(), ENTRIES).copy(place(), 1000);
        }
        bench.blocks().put(PREFIXES.getFirst(), 1000);
        Subscribers next = bench.adopt();
        assertThat(next.entries()).containsExactly(entry(77, PREFIXES));
        assertThat(next.audit().run()).isEmpty();
    }

    @Test
    void refusalOfTheKernelBetweenCopiesAndSettingsLosesNobody() throws Exception {
        bench.subscribers().networks(List.of(NARROW, BEHIND));
        bench.subscribers().install(entry(0, List.of()));
        GatewaySettings now = bench.subscribers().settings();
        GatewaySettings next = now.withNetworks(
                new NetworkPlan(SPARE_FIRST).change(now.networks(), List.of(WIDE, BEHIND), network -> true));
        EntryMaps maps = bench.maps();
        SpareEntries spare = new SpareEntries(maps.outside(), SPARE_FIRST, ENTRIES - SPARE_FIRST);
        EntryMoves moves = new EntryMoves(maps.table(), spare, new EntryKeys(maps), SPARE_FIRST);
        moves.begin(now, next);
        moves.finish(now);
        assertThat(bench.access(Packets.up(Packets.DOUBLE, 10)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
    }
}
