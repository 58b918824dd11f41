package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.loop.Closer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MacAddress;

/** Entries in real maps: what survives, what is refused, and what a program sees while Java writes. */
final class AdoptionTest {

    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:02:02");
    private static final Ip4 FAR = Ip4.parse("203.0.113.5");

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

    private static SubscriberEntry entry(long session, Ip4 address) {
        return new SubscriberEntry(
                session, 0, Packets.DOUBLE, Packets.SUBSCRIBER_MAC, address, Policer.UNLIMITED, Policer.UNLIMITED);
    }

    @Test
    void anotherSessionAtAnAddressIsRefusedUntilTheFirstIsRemoved() throws Exception {
        bench.subscribers().install(entry(1, Packets.SUBSCRIBER));
        bench.subscribers().stop(1, Packets.SUBSCRIBER);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> bench.subscribers().install(entry(2, Packets.SUBSCRIBER)))
                .matches(failure -> failure.reason() == Reason.ADDRESS_IN_USE);
        assertThat(bench.subscribers().remove(2, Packets.SUBSCRIBER)).isEmpty();
        assertThat(bench.subscribers().remove(1, Packets.SUBSCRIBER)).contains(Traffic.NONE);
        bench.subscribers().install(entry(2, Packets.SUBSCRIBER));
        assertThat(bench.subscribers().read(1, Packets.SUBSCRIBER)).isEmpty();
    }

    @Test
    void unknownPortIsRefused() {
        SubscriberEntry entry = new SubscriberEntry(
                1, 1, Packets.DOUBLE, Packets.SUBSCRIBER_MAC, Packets.SUBSCRIBER, Policer.UNLIMITED, Policer.UNLIMITED);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> bench.subscribers().install(entry))
                .matches(failure -> failure.reason() == Reason.UNKNOWN_PORT);
    }

    @Test
    void spareEntriesEndWithANamedRefusalAndComeBack() throws Exception {
        for (int i = 0; i < 64; i++) {
            bench.subscribers().install(entry(i + 1, FAR.plus(i)));
        }
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> bench.subscribers().install(entry(99, FAR.plus(64))))
                .matches(failure -> failure.reason() == Reason.CAPACITY_REACHED);
        bench.subscribers().remove(1, FAR);
        bench.subscribers().install(entry(99, FAR.plus(64)));
        assertThat(bench.subscribers().entries()).hasSize(64);
    }

    @Test
    void networkWithEntriesStaysAndMovesNobody() throws Exception {
        bench.subscribers().install(entry(1, Packets.SUBSCRIBER));
        bench.subscribers()
                .networks(List.of(new NetworkEntry(Ip4Prefix.parse("10.65.0.0/24"), Ip4.parse("10.65.0.1"))));
        assertThat(bench.access(Packets.up(Packets.DOUBLE, 10)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        bench.subscribers().remove(1, Packets.SUBSCRIBER);
        bench.subscribers().networks(List.of());
        assertThat(bench.subscribers().settings().networks()).isEmpty();
        assertThat(bench.access(Packets.up(Packets.DOUBLE, 10)).verdict()).isEqualTo(Verdict.UNKNOWN_SOURCE);
    }

    @Test
    void entryOutsideMovesIntoTheNetworkThatComesAroundIt() throws Exception {
        bench.subscribers().install(entry(1, FAR));
        Bytes frame = Packets.ip(
                Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, Packets.udp(FAR, Packets.SERVER, 1, 10));
        bench.access(frame);
        bench.subscribers()
                .networks(List.of(new NetworkEntry(Ip4Prefix.parse("203.0.113.0/24"), Ip4.parse("203.0.113.1"))));
        assertThat(bench.access(frame).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(bench.subscribers().read(1, FAR)).contains(new Traffic(2, 76, 0, 0, 0, 0, 0));
        assertThat(bench.subscribers().entries()).containsExactly(entry(1, FAR));
    }

    @Test
    void nextTableFindsEverythingWhereItWas() throws Exception {
        bench.subscribers().install(entry(1, Packets.SUBSCRIBER));
        bench.subscribers().install(entry(2, FAR));
        bench.access(Packets.up(Packets.DOUBLE, 100));
        Subscribers next = bench.adopt();
        assertThat(next.entries()).containsExactlyInAnyOrder(entry(1, Packets.SUBSCRIBER), entry(2, FAR));
        assertThat(next.read(1, Packets.SUBSCRIBER)).contains(new Traffic(1, 128, 0, 0, 0, 0, 0));
        assertThat(next.settings()).isEqualTo(bench.subscribers().settings());
        next.remove(2, FAR);
        next.install(entry(3, FAR));
        assertThat(next.read(3, FAR)).contains(Traffic.NONE);
    }

    @Test
    void addressWithoutEntryAndEntryWithoutAddressAreForgotten() throws Exception {
        bench.subscribers().install(entry(2, FAR));
        bench.loaded().map("outside").remove(Integer.reverseBytes(FAR.bits())); // a crash in the middle of a removal
        bench.loaded().map("outside").put(Integer.reverseBytes(FAR.plus(1).bits()), 4096 + 33); // of an installation
        Subscribers next = bench.adopt();
        assertThat(next.entries()).isEmpty();
        next.install(entry(3, FAR.plus(1)));
        assertThat(next.entries()).containsExactly(entry(3, FAR.plus(1)));
    }

    @Test
    void tableOfSocketsOfAnotherSizeIsMadeAnew() throws Exception {
        BpfObject object = BpfObject.ofBundle();
        try (Closer closer = new Closer()) {
            Path pins = Privileged.pins("sockets");
            closer.add(() -> Pins.remove(pins));
            Pins directory = new Pins(pins, object.layoutVersion());
            closer.add(new LoadedObject(object, directory, Map.of("sockets", 256, "outside", 32)));
            LoadedObject next = closer.add(new LoadedObject(object, directory, Map.of()));
            assertThat(next.map("sockets").spec().maxEntries())
                    .isEqualTo(GatewaySettings.PORTS_MAX * PuntQueues.QUEUES_MAX);
            assertThat(next.map("outside").spec().maxEntries()).isEqualTo(32);
        }
    }

    @Test
    void programNeverSeesHalfAnEntry() throws Exception {
        SubscriberEntry one = entry(1, Packets.SUBSCRIBER);
        SubscriberEntry other = new SubscriberEntry(
                1, 0, Packets.SINGLE, OTHER_MAC, Packets.SUBSCRIBER, Policer.UNLIMITED, Policer.UNLIMITED);
        bench.subscribers().install(one);
        AtomicBoolean enough = new AtomicBoolean();
        FutureTask<Integer> writer = new FutureTask<>(() -> {
            int changes = 0;
            for (; !enough.get(); changes++) {
                bench.subscribers().install(changes % 2 == 0 ? other : one);
            }
            return changes;
        });
        Thread.ofPlatform().name("writer").start(writer);
        Bytes packet = Packets.hop(Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, 10));
        Bytes toOne = Packets.ip(Packets.SUBSCRIBER_MAC, Packets.GATEWAY_MAC, Packets.DOUBLE, packet);
        Bytes toOther = Packets.ip(OTHER_MAC, Packets.GATEWAY_MAC, Packets.SINGLE, packet);
        for (int i = 0; i < 20_000; i++) {
            Bench.Result result = bench.core(Packets.down(10));
            if (result.verdict() != Verdict.ENTRY_BUSY) {
                assertThat(result.frame()).isIn(toOne, toOther);
            }
        }
        enough.set(true);
        assertThat(writer.get()).as("changes while frames passed").isGreaterThan(1000);
    }
}
