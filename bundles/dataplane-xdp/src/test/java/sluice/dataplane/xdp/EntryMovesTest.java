package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.DataPlaneProbe.Contradiction;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;

/** A network comes around an address that has an entry: under traffic, and with a death in the middle. */
@Timeout(60)
final class EntryMovesTest {

    private static final Ip4 FAR = Ip4.parse("203.0.113.5");
    private static final NetworkEntry AROUND =
            new NetworkEntry(Ip4Prefix.parse("203.0.113.0/24"), Ip4.parse("203.0.113.1"));
    private static final List<NetworkEntry> NEAR = List.of(
            new NetworkEntry(Ip4Prefix.parse("10.64.0.0/22"), Packets.GATEWAY),
            new NetworkEntry(Ip4Prefix.parse("10.65.0.0/24"), Ip4.parse("10.65.0.1")));
    private static final List<Ip6Prefix> PREFIXES =
            List.of(Ip6Prefix.parse("2001:db8:7:100::/56"), Ip6Prefix.parse("2001:db8:8:100::/56"));
    private static final int PPPOE_SESSION = 77;
    private static final int SPARE_FIRST = 4096;
    private static final int ROUNDS = 20;
    private static final int PACKET_BYTES = 20 + 8 + 10;

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

    private static SubscriberEntry entry(int pppoe, List<Ip6Prefix> prefixes) {
        return new SubscriberEntry(
                1,
                0,
                Packets.DOUBLE,
                Packets.SUBSCRIBER_MAC,
                pppoe,
                FAR,
                prefixes,
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN);
    }

    private static List<NetworkEntry> withAround() {
        List<NetworkEntry> all = new ArrayList<>(NEAR);
        all.add(AROUND);
        return all;
    }

    private int placeOf(Ip4 address) {
        return bench.subscribers().settings().networkOf(address).orElseThrow().indexOf(address);
    }

    private SubscriberTable table(MappedMemory memory) {
        return new SubscriberTable(memory.memory(), SPARE_FIRST + 64);
    }

    private List<Contradiction> contradictions() throws Exception {
        return bench.subscribers().audit().run();
    }

    private int outside() throws Exception {
        int[] count = {0};
        bench.loaded().map("outside").forEach(16, (key, value) -> count[0]++);
        return count[0];
    }

    private static void assertOneWithAllItsKeys(Subscribers subscribers) {
        assertThat(subscribers.entries()).hasSize(1).first().satisfies(found -> {
            assertThat(found.address()).isEqualTo(FAR);
            assertThat(found.prefixes()).containsExactlyInAnyOrderElementsOf(PREFIXES);
            assertThat(found.pppoeSession()).isEqualTo(PPPOE_SESSION);
        });
    }

    @Test
    void everyPacketIsCountedWhileANetworkComesAroundItsSender() throws Exception {
        Bytes frame = Packets.ip(
                Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, Packets.udp(FAR, Packets.SERVER, 1, 10));
        for (int round = 0; round < ROUNDS; round++) {
            bench.subscribers().install(entry(0, List.of()));
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
                bench.subscribers().networks(withAround());
            } finally {
                enough.set(true);
            }
            int sent = sender.get();
            assertThat(sent).isPositive();
            assertThat(bench.subscribers().remove(1, FAR))
                    .contains(new Traffic(sent, (long) PACKET_BYTES * sent, 0, 0, 0, 0, 0));
            bench.subscribers().networks(NEAR);
        }
    }

    @Test
    void policerOfTheNewPlaceIsAtTheLaterTime() throws Exception {
        bench.subscribers().install(entry(0, List.of()));
        try (MappedMemory memory = MappedMemory.of(bench.loaded().map("subscribers"))) {
            SubscriberTable table = table(memory);
            table.usage(SPARE_FIRST).set(JAVA_LONG, 0, 4711);
            bench.subscribers().networks(withAround());
            assertThat(table.usage(placeOf(FAR)).get(JAVA_LONG, 0)).isEqualTo(4711);
            assertThat(table.isInstalled(SPARE_FIRST)).isFalse();
        }
    }

    @Test
    void entryThatADeathLeftOutsideItsNetworkIsFoundAndGoneAtTheNextStart() throws Exception {
        bench.subscribers().install(entry(PPPOE_SESSION, PREFIXES));
        bench.subscribers().networks(withAround());
        try (MappedMemory memory = MappedMemory.of(bench.loaded().map("subscribers"))) {
            table(memory).copy(placeOf(FAR), SPARE_FIRST);
        }
        bench.loaded().map("outside").put(Integer.reverseBytes(FAR.bits()), SPARE_FIRST);
        assertThat(contradictions())
                .contains(new Contradiction(
                        1, FAR.toString(), "has entry " + SPARE_FIRST + ", which is outside its network"));
        Subscribers next = bench.adopt();
        assertOneWithAllItsKeys(next);
        assertThat(outside()).isZero();
        assertThat(next.audit().run()).isEmpty();
    }

    /** Half of its prefixes lead to the copy already. */
    @Test
    void copyThatADeathLeftInNoNetworkIsGoneAtTheNextStartAndNothingLeadsThere() throws Exception {
        bench.subscribers().install(entry(PPPOE_SESSION, PREFIXES));
        int copy = SPARE_FIRST - 100;
        try (MappedMemory memory = MappedMemory.of(bench.loaded().map("subscribers"))) {
            table(memory).copy(SPARE_FIRST, copy);
        }
        bench.blocks().put(PREFIXES.getFirst(), copy);
        assertThat(contradictions())
                .contains(new Contradiction(1, FAR.toString(), "has entry " + copy + ", which is in no network"));
        Subscribers next = bench.adopt();
        assertOneWithAllItsKeys(next);
        assertThat(next.audit().run()).isEmpty();
    }
}
