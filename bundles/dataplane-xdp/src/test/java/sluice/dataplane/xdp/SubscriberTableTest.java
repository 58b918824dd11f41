package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.VlanTag;

/** The table on plain memory: what is written comes back, and nothing is in force before it is whole. */
final class SubscriberTableTest {

    private static final int COUNT = 4;

    private final MemorySegment memory = Arena.ofAuto().allocate(COUNT * 256L, 64);
    private final SubscriberTable table = new SubscriberTable(memory, COUNT);

    private static SubscriberEntry entry(long session, List<VlanTag> tags) {
        return new SubscriberEntry(
                session,
                3,
                tags,
                Packets.SUBSCRIBER_MAC,
                Packets.SUBSCRIBER,
                new Policer(50_000_000, 1_000_000),
                Policer.UNLIMITED);
    }

    @Test
    void entriesComeBackAsTheyWere() {
        for (List<VlanTag> tags : List.of(Packets.UNTAGGED, Packets.SINGLE, Packets.DOUBLE, Packets.OLD_DOUBLE)) {
            table.install(2, entry(-5, tags));
            assertThat(table.entry(2, 0, List.of(), List.of())).isEqualTo(entry(-5, tags));
            assertThat(table.session(2)).isEqualTo(-5);
        }
        assertThat(table.isInstalled(1)).isFalse();
        assertThat(table.isInstalled(3)).isFalse();
    }

    @Test
    void treatmentAndPppoeSessionComeBackAsTheyWere() {
        SubscriberEntry whole = new SubscriberEntry(
                7,
                15,
                Packets.DOUBLE,
                Packets.SUBSCRIBER_MAC,
                65534,
                -2,
                Ip4.ANY,
                List.of(Ip6Prefix.parse("2001:db8::/56")),
                Policer.UNLIMITED,
                new Policer(50_000_000, 1_000_000),
                new Treatment(
                        Treatment.Identity.LOG_ONLY,
                        Treatment.Access.WALLED,
                        0xffff,
                        OptionalInt.of(63),
                        OptionalInt.of(0),
                        true,
                        1452,
                        1492));
        table.install(1, whole);
        assertThat(table.entry(1, -2, whole.prefixes(), List.of())).isEqualTo(whole);
        assertThat(table.pppoe(1)).contains(new PppoeKey(Packets.SUBSCRIBER_MAC, 65534, 100, 7, 15));
        table.change(1, entry(7, Packets.SINGLE));
        assertThat(table.entry(1, 0, List.of(), List.of())).isEqualTo(entry(7, Packets.SINGLE));
    }

    @Test
    void halfWrittenEntryIsNotInForce() {
        table.install(1, entry(7, Packets.DOUBLE));
        int half = memory.get(ValueLayout.JAVA_INT, 256) & 1;
        // what a writer that dies before its last store leaves behind
        int idle = 256 + (half == 0 ? SubscriberTable.ODD_AT : SubscriberTable.EVEN_AT);
        memory.asSlice(idle, SubscriberTable.BINDING_BYTES).fill((byte) 0x5a);
        assertThat(table.entry(1, 0, List.of(), List.of())).isEqualTo(entry(7, Packets.DOUBLE));
        assertThat(table.isOpen(1)).isTrue();
    }

    @Test
    void everyChangeIsANewGenerationInTheOtherHalf() {
        int before = memory.get(ValueLayout.JAVA_INT, 0);
        for (int i = 0; i < 10; i++) {
            table.change(0, entry(7, Packets.SINGLE));
            int after = memory.get(ValueLayout.JAVA_INT, 0);
            assertThat(after & 1).isNotEqualTo(before & 1);
            assertThat(after >>> 3).isEqualTo((before >>> 3) + 1);
            before = after;
        }
    }

    @Test
    void generationsWrapWithoutHarm() {
        memory.set(ValueLayout.JAVA_INT, 0, -8);
        table.install(0, entry(7, Packets.SINGLE));
        assertThat(table.isOpen(0)).isTrue();
        assertThat(table.entry(0, 0, List.of(), List.of())).isEqualTo(entry(7, Packets.SINGLE));
    }

    @Test
    void installationBeginsAtZeroAndAChangeGoesOn() {
        memory.set(ValueLayout.JAVA_LONG, SubscriberTable.UP_AT + SubscriberTable.BYTES4_AT, 99);
        table.change(0, entry(7, Packets.SINGLE));
        assertThat(table.traffic(0).uploadBytes()).isEqualTo(99);
        table.stop(0);
        assertThat(table.isInstalled(0)).isTrue();
        assertThat(table.isOpen(0)).isFalse();
        assertThat(table.traffic(0).uploadBytes()).isEqualTo(99);
        table.remove(0);
        assertThat(table.isInstalled(0)).isFalse();
        table.install(0, entry(8, Packets.SINGLE));
        assertThat(table.traffic(0)).isEqualTo(Traffic.NONE);
    }

    @Test
    void entriesOutsideTheTableAreRefused() {
        assertThatThrownBy(() -> table.isInstalled(COUNT)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> table.stop(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
