package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneProbe.Contradiction;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/** Whatever is changed in a map behind the gateway's back is found. */
final class EntryAuditTest {

    private static final Ip4 OUTSIDE = Ip4.parse("203.0.113.7");
    private static final Ip6Prefix DELEGATED = Ip6Prefix.parse("2001:db8:7:100::/56");

    private Bench bench;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        install(1, Packets.SUBSCRIBER, 0, List.of(DELEGATED));
        install(2, OUTSIDE, 0, List.of());
        install(3, Ip4.parse("10.64.0.20"), 77, List.of());
        install(4, Ip4.ANY, 0, List.of(Ip6Prefix.parse("2001:db8:8::/56")));
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private void install(long session, Ip4 address, int pppoe, List<Ip6Prefix> prefixes) throws Exception {
        bench.subscribers()
                .install(new SubscriberEntry(
                        session,
                        0,
                        Packets.DOUBLE,
                        Packets.SUBSCRIBER_MAC,
                        pppoe,
                        address,
                        prefixes,
                        Policer.UNLIMITED,
                        Policer.UNLIMITED,
                        Treatment.PLAIN));
    }

    private List<Contradiction> found() throws KernelException {
        return bench.subscribers().audit().run();
    }

    /** As bpftool would do it. */
    private void put(String map, int index) throws KernelException {
        BpfMap changed = bench.loaded().map(map);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment first = arena.allocate(changed.spec().keySize(), 8);
            MemorySegment value = arena.allocate(changed.spec().valueSize(), 8);
            changed.forEach(16, (key, old) -> {
                first.copyFrom(key);
                value.copyFrom(old);
            });
            value.set(JAVA_INT, 0, index);
            Bpf.update(changed.fd(), first, value);
        }
    }

    private void deleteAll(String map) throws KernelException {
        BpfMap changed = bench.loaded().map(map);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate(changed.spec().keySize() * 16L, 8);
            int[] count = {0};
            changed.forEach(16, (key, old) -> {
                keys.asSlice((long) changed.spec().keySize() * count[0], key.byteSize())
                        .copyFrom(key);
                count[0]++;
            });
            for (int i = 0; i < count[0]; i++) {
                Bpf.delete(
                        changed.fd(),
                        keys.asSlice(
                                (long) changed.spec().keySize() * i,
                                changed.spec().keySize()));
            }
        }
    }

    @Test
    void mapsThatNobodyTouchedFitTogether() throws Exception {
        assertThat(found()).isEmpty();
        bench.subscribers().remove(1, Packets.SUBSCRIBER);
        bench.subscribers().remove(2, OUTSIDE);
        assertThat(found()).isEmpty();
    }

    @Test
    void waysThatLeadToNobodyAreFound() throws Exception {
        for (String map : List.of("outside", "prefixes", "pppoe")) {
            put(map, 5);
            assertThat(found())
                    .as(map)
                    .anySatisfy(one -> assertThat(one.sentence()).isEqualTo("leads to entry 5, which is nobody's"));
        }
    }

    @Test
    void entriesToWhichNoWayLeadsAreFound() throws Exception {
        deleteAll("outside");
        deleteAll("prefixes");
        deleteAll("block_numbers");
        deleteAll("pppoe");
        assertThat(found())
                .containsExactlyInAnyOrder(
                        new Contradiction(1, DELEGATED.toString(), "does not lead to its entry"),
                        new Contradiction(2, OUTSIDE.toString(), "has an entry to which nothing leads"),
                        new Contradiction(3, "PPPoE 77 of " + Packets.SUBSCRIBER_MAC, "does not lead to its entry"),
                        new Contradiction(4, "2001:db8:8::/56", "does not lead to its entry"));
    }

    @Test
    void addressInAnotherOnesPlaceIsFound() throws Exception {
        try (MappedMemory memory = MappedMemory.of(bench.loaded().map("subscribers"))) {
            SubscriberTable table = new SubscriberTable(memory.memory(), 4096);
            SubscriberEntry entry = bench.subscribers().entries().stream()
                    .filter(one -> one.session() == 3)
                    .findFirst()
                    .orElseThrow();
            table.install(50, entry);
            assertThat(found())
                    .contains(new Contradiction(3, "10.64.0.20", "stands in entry 50, which is another address's"));
        }
    }
}
