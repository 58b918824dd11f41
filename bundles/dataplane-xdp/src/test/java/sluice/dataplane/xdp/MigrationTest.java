package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;

/** Programs whose maps have another layout replace ours under traffic, and ours them. The build makes them. */
@Timeout(60)
final class MigrationTest {

    private static final Path RELAID = Path.of("target/relaid/sluice/dataplane/xdp/dataplane.o");
    private static final Policer POLICER = new Policer(10_000_000_000L, 100_000_000);
    private static final Ip4 FAR = Ip4.parse("203.0.113.5");
    private static final int BYTES = 20 + 8 + 100;

    private final BpfObject relaid = relaid();
    private FarEnds ends;

    private static BpfObject relaid() {
        try {
            return new BpfObject(Files.readAllBytes(RELAID));
        } catch (IOException missing) {
            throw new UncheckedIOException("process-test-resources makes it", missing);
        }
    }

    @BeforeEach
    void build() throws Exception {
        Privileged.assumeNamespaces();
        ends = new FarEnds(1600);
    }

    @AfterEach
    void tearDown() {
        if (ends != null) {
            ends.close();
        }
    }

    private static List<SubscriberEntry> entries() {
        SubscriberEntry far = new SubscriberEntry(
                2, 0, Packets.SINGLE, Packets.SUBSCRIBER_MAC, FAR, Policer.UNLIMITED, Policer.UNLIMITED);
        SubscriberEntry six = new SubscriberEntry(
                3,
                0,
                Packets.DOUBLE,
                Packets.SUBSCRIBER_MAC,
                77,
                Packets.SUBSCRIBER.plus(1),
                List.of(Ip6Prefix.parse("2001:db8:77::/56")),
                POLICER,
                POLICER,
                Treatment.PLAIN);
        return List.of(FarEnds.entry(POLICER), far, six);
    }

    /** What XdpDataPlane does with the object of its bundle. */
    private void replaceByRelaid() throws Exception {
        Pins pins = new Pins(ends.pins(), relaid.layoutVersion());
        try (Migration migration = Migration.into(pins, relaid);
                LoadedObject loaded = loaded(pins, migration)) {
            migration.copy(relaid, loaded);
            ends.gateway().call(() -> {
                XdpLinks links = new XdpLinks(pins, XdpLinks.Mode.NATIVE);
                links.attach(NetworkDevice.of("core0"), loaded.program("core"));
                links.attach(NetworkDevice.of("trunk0"), loaded.program("access"));
                return links;
            });
            migration.finish();
        }
    }

    private LoadedObject loaded(Pins pins, Migration migration) throws KernelException {
        return new LoadedObject(
                relaid, pins, migration.capacities(ends.settings().mapEntries()));
    }

    private List<String> layouts() throws Exception {
        try (Stream<Path> found = Files.list(ends.pins())) {
            return found.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void layoutsAreDifferent() {
        assertThat(relaid.layoutVersion()).isNotEqualTo(BpfObject.ofBundle().layoutVersion());
        assertThat(relaid.map("subscribers").valueSize()).isGreaterThan(SubscriberTable.ENTRY_BYTES);
    }

    @Test
    void otherLayoutsTakeOverUnderTrafficWithoutALostPacketOrCount() throws Exception {
        XdpDataPlane first = ends.start();
        for (SubscriberEntry entry : entries()) {
            first.install(entry);
        }
        List<SubscriberEntry> entries = first.entries();
        FarEnds.Exchange exchange = ends.exchange(100);
        first.close();
        replaceByRelaid();
        assertThat(layouts()).containsExactly(relaid.layoutVersion());
        XdpDataPlane next = ends.start();
        assertThat(layouts()).containsExactly(BpfObject.ofBundle().layoutVersion());
        long sent = exchange.stop();
        List<Long> all = LongStream.range(0, sent).boxed().toList();
        assertThat(sent).as("frames during both changes").isGreaterThan(1000);
        assertThat(ends.server().numbers()).isEqualTo(all);
        assertThat(ends.subscriber().numbers()).isEqualTo(all);
        assertThat(next.read(FarEnds.SESSION, Packets.SUBSCRIBER))
                .contains(new Traffic(sent, BYTES * sent, sent, BYTES * sent, 0, 0, 0));
        // the numbers of subscribers are exact; these miss what falls while differences are added to them
        for (Verdict verdict : List.of(Verdict.FORWARDED_UP, Verdict.FORWARDED_DOWN)) {
            assertThat(next.verdicts().getOrDefault(verdict, 0L)).isBetween(sent * 99 / 100, sent);
        }
        assertThat(next.entries()).hasSameSizeAs(entries()).containsExactlyInAnyOrderElementsOf(entries);
    }

    @Test
    void migrationThatDidNotEndBeginsAgain() throws Exception {
        XdpDataPlane first = ends.start();
        first.install(FarEnds.entry(POLICER));
        first.close();
        Pins pins = new Pins(ends.pins(), relaid.layoutVersion());
        try (Migration migration = Migration.into(pins, relaid);
                LoadedObject loaded = loaded(pins, migration)) {
            migration.copy(relaid, loaded);
        }
        ends.subscriber().send(ends.up(7, 100));
        replaceByRelaid();
        XdpDataPlane next = ends.start();
        assertThat(ends.server().numbers()).containsExactly(7L);
        assertThat(next.read(FarEnds.SESSION, Packets.SUBSCRIBER)).contains(new Traffic(1, BYTES, 0, 0, 0, 0, 0));
    }

    @Test
    void policerGoesOnWhereItWas() throws Exception {
        Policer slow = new Policer(8_000, 1000); // one packet, then one in 128 ms
        XdpDataPlane first = ends.start();
        first.install(FarEnds.entry(slow));
        List<Long> passed = new ArrayList<>();
        for (int number = 0; number < 20; number++) {
            ends.subscriber().send(ends.up(number, 100));
        }
        passed.addAll(ends.server().numbers());
        first.close();
        replaceByRelaid();
        ends.subscriber().send(ends.up(20, 100));
        XdpDataPlane next = ends.start();
        Traffic traffic = next.read(FarEnds.SESSION, Packets.SUBSCRIBER).orElseThrow();
        assertThat(traffic.uploadPackets() + traffic.uploadDropped()).isEqualTo(21);
        assertThat(passed.size()).isLessThan(12);
        assertThat(next.entries()).extracting(SubscriberEntry::session).containsExactly(FarEnds.SESSION);
    }

    @Test
    void dismantledDataPlaneLeavesNoProgramAndNoPin() throws Exception {
        XdpDataPlane dataPlane = ends.start();
        dataPlane.install(FarEnds.entry(POLICER));
        assertThat(ends.gateway().ip("link", "show", "trunk0")).contains("prog/xdp");
        new KernelProbe(dataPlane).dismantle();
        assertThat(ends.gateway().ip("link", "show", "trunk0")).doesNotContain("prog/xdp");
        assertThat(layouts()).isEmpty();
        dataPlane.close();
        XdpDataPlane next = ends.start();
        assertThat(next.entries()).isEmpty();
    }
}
