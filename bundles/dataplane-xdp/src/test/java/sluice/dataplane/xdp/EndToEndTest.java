package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.loop.Closer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;
import sluice.platform.api.HardwareProfile;
import sluice.testkit.Namespace;

/** The data plane between two real devices in network namespaces, with real sockets at the far ends. */
@Timeout(60)
final class EndToEndTest {

    private static final Path PINS = Privileged.pins("test");
    private static final Ip4 CORE_ROUTER = Ip4.parse("10.99.0.2");
    private static final HardwareProfile HARDWARE =
            new HardwareProfile("test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0"), List.of("core0"));
    private static final long SESSION = 0x1234_5678_9abc_def0L;
    private static final Duration PATIENCE = Station.PATIENCE;
    private static final int TRIES = Station.TRIES;

    private final Closer closer = new Closer();
    private Namespace gateway;
    private Namespace core;
    private Station subscriber;
    private Station server;
    private MacAddress trunkMac;
    private MacAddress coreMac;

    @BeforeEach
    void build() throws Exception {
        Privileged.assumeNamespaces();
        Pins.remove(PINS);
        closer.add(() -> Pins.remove(PINS));
        gateway = closer.add(new Namespace("xdpt-gw"));
        Namespace access = closer.add(new Namespace("xdpt-acc").silent());
        core = closer.add(new Namespace("xdpt-core"));
        Namespace.connect(gateway, "trunk0", access, "acc0", 1600);
        Namespace.connect(gateway, "core0", core, "net0", 1500);
        gateway.ip("address", "add", "10.99.0.1/24", "dev", "core0");
        core.ip("address", "add", CORE_ROUTER + "/24", "dev", "net0");
        BpfObject object = BpfObject.ofBundle();
        Pins pins = new Pins(PINS.resolve("peers"), object.layoutVersion());
        LoadedObject peers = closer.add(new LoadedObject(object, pins, java.util.Map.of()));
        subscriber = closer.add(new Station(access, "acc0", peers.program("peer")));
        server = closer.add(new Station(core, "net0", peers.program("peer")));
        trunkMac = gateway.call(() -> NetworkDevice.of("trunk0")).mac();
        coreMac = gateway.call(() -> NetworkDevice.of("core0")).mac();
    }

    @AfterEach
    void tearDown() {
        closer.close();
    }

    private XdpDataPlane start() throws Exception {
        return start(XdpLinks.Mode.NATIVE);
    }

    private XdpDataPlane start(XdpLinks.Mode mode) throws Exception {
        return start(mode, PuntLimits.DEFAULT);
    }

    private XdpDataPlane start(XdpLinks.Mode mode, PuntLimits limits) throws Exception {
        XdpSettings settings = new XdpSettings(List.of(CORE_ROUTER), PINS.resolve("plane"), mode, 4096, limits);
        XdpDataPlane dataPlane = gateway.call(() -> new XdpDataPlane(HARDWARE, settings));
        dataPlane.networks(List.of(new NetworkEntry(Ip4Prefix.parse("10.64.0.0/22"), Packets.GATEWAY)));
        return dataPlane;
    }

    private static SubscriberEntry entry() {
        return new SubscriberEntry(
                SESSION,
                0,
                Packets.DOUBLE,
                Packets.SUBSCRIBER_MAC,
                Packets.SUBSCRIBER,
                Policer.UNLIMITED,
                Policer.UNLIMITED);
    }

    private Bytes up(int payload) {
        return Packets.ip(
                trunkMac,
                Packets.SUBSCRIBER_MAC,
                Packets.DOUBLE,
                Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, payload));
    }

    private Bytes forwarded(MacAddress nextHop, int payload) {
        Bytes packet = Packets.hop(Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, payload));
        return Packets.ip(nextHop, coreMac, Packets.UNTAGGED, packet);
    }

    private Bytes down(int payload) {
        return Packets.ip(
                coreMac,
                Packets.NEXT_HOP_MAC,
                Packets.UNTAGGED,
                Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, payload));
    }

    private static MacAddress resolved(XdpDataPlane dataPlane) {
        for (int i = 0; i < TRIES; i++) {
            Optional<MacAddress> nextHop =
                    dataPlane.subscribers().settings().cores().getFirst().nextHop();
            if (nextHop.isPresent()) {
                return nextHop.get();
            }
            dataPlane.await(PATIENCE);
        }
        throw new AssertionError("the next hop was not resolved");
    }

    @Test
    void subscriberReachesTheCoreAndBack() throws Exception {
        XdpDataPlane dataPlane = closer.add(new Running(start())).plane();
        dataPlane.install(entry());
        MacAddress nextHop = resolved(dataPlane);
        subscriber.send(up(100));
        assertThat(server.receives(forwarded(nextHop, 100))).isTrue();
        server.send(down(200));
        Bytes packet = Packets.hop(Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, 200));
        assertThat(subscriber.receives(Packets.ip(Packets.SUBSCRIBER_MAC, trunkMac, Packets.DOUBLE, packet)))
                .isTrue();
        assertThat(dataPlane.read(SESSION, Packets.SUBSCRIBER)).contains(new Traffic(1, 128, 1, 228, 0, 0, 0));
    }

    @Test
    void everyLineCarriesItsLargestPacketOnRealLinks() throws Exception {
        XdpDataPlane dataPlane = closer.add(new Running(start())).plane();
        MacAddress nextHop = resolved(dataPlane);
        Bytes payload = Bytes.copyOf(new byte[1480]);
        for (Line line : Line.all()) {
            dataPlane.install(line.entry());
            Bytes up = Line.upPacket(Ip4Fields.UDP, payload);
            subscriber.send(trunkMac.toBytes().plus(line.up(up).slice(6)));
            assertThat(server.receives(Packets.ip(nextHop, coreMac, Packets.UNTAGGED, Packets.hop(up))))
                    .as("up %s", line)
                    .isTrue();
            Bytes down = Line.downPacket(Ip4Fields.UDP, payload);
            server.send(Packets.ip(coreMac, Packets.NEXT_HOP_MAC, Packets.UNTAGGED, down));
            Bytes expected = line.down(Packets.hop(down));
            assertThat(subscriber.receives(
                            expected.slice(0, 6).plus(trunkMac.toBytes()).plus(expected.slice(12))))
                    .as("down %s", line)
                    .isTrue();
        }
    }

    @Test
    void dhcpGoesToTheControlPlaneWithBothTagsAndTheAnswerComesBack() throws Exception {
        XdpDataPlane dataPlane = closer.add(new Running(start())).plane();
        Bytes discover = Packets.dhcp(Packets.DOUBLE, 300);
        subscriber.send(discover);
        List<Frame> punted = new ArrayList<>();
        for (int i = 0; i < TRIES && punted.isEmpty(); i++) {
            dataPlane.await(PATIENCE);
            dataPlane.poll(
                    (port, memory, offset, length) -> punted.add(new Frame(port, Station.copy(memory, offset, length))),
                    64);
        }
        assertThat(punted).containsExactly(new Frame(0, discover));
        Bytes offer = Packets.ip(
                Packets.SUBSCRIBER_MAC,
                trunkMac,
                Packets.DOUBLE,
                Packets.udp(Packets.GATEWAY, Packets.SUBSCRIBER, 68, 300));
        assertThat(dataPlane.send(new Frame(0, offer))).isTrue();
        dataPlane.flush();
        assertThat(subscriber.receives(offer)).isTrue();
    }

    /** Sends frames from the subscriber until it is enough; how many. */
    private FutureTask<Integer> traffic(AtomicBoolean enough) {
        FutureTask<Integer> traffic = new FutureTask<>(() -> {
            int sent = 0;
            while (!enough.get()) {
                subscriber.send(up(100));
                server.drain();
                sent++;
            }
            return sent;
        });
        Thread.ofPlatform().name("traffic").start(traffic);
        return traffic;
    }

    @Test
    void restartUnderTrafficLosesNoPacketAndNoCount() throws Exception {
        XdpDataPlane first = start();
        first.install(entry());
        MacAddress nextHop = resolved(first);
        AtomicBoolean enough = new AtomicBoolean();
        FutureTask<Integer> traffic = traffic(enough);
        first.close();
        XdpDataPlane second = closer.add(new Running(start())).plane();
        assertThat(second.entries()).containsExactly(entry());
        enough.set(true);
        int frames = traffic.get();
        assertThat(frames).as("frames during the restart").isGreaterThan(1000);
        assertThat(server.count(forwarded(nextHop, 100))).isEqualTo(frames);
        assertThat(second.read(SESSION, Packets.SUBSCRIBER))
                .contains(new Traffic(frames, 128L * frames, 0, 0, 0, 0, 0));
    }

    @Test
    void killOfTheVirtualMachineLosesNoPacketAndNoCount() throws Exception {
        Process victim = gateway.start(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                PINS.resolve("plane").toString(),
                CORE_ROUTER.toString());
        closer.add(victim::destroyForcibly);
        assertThat(victim.inputReader().readLine()).isEqualTo("ready");
        MacAddress nextHop = core.call(() -> NetworkDevice.of("net0")).mac();
        AtomicBoolean enough = new AtomicBoolean();
        FutureTask<Integer> traffic = traffic(enough);
        victim.destroyForcibly(); // SIGKILL
        assertThat(victim.waitFor()).isEqualTo(128 + 9);
        XdpDataPlane next = closer.add(new Running(start())).plane();
        enough.set(true);
        int frames = traffic.get();
        assertThat(frames).as("frames while it was dead").isGreaterThan(1000);
        assertThat(server.count(forwarded(nextHop, 100))).isEqualTo(frames);
        assertThat(next.read(1, Packets.SUBSCRIBER)).contains(new Traffic(frames, 128L * frames, 0, 0, 0, 0, 0));
    }

    @Test
    void withoutAControlPlaneSubscribersGoOn() throws Exception {
        XdpDataPlane dataPlane = start();
        dataPlane.install(entry());
        MacAddress nextHop = resolved(dataPlane);
        dataPlane.close();
        subscriber.send(up(100));
        assertThat(server.receives(forwarded(nextHop, 100))).isTrue();
    }

    @Test
    void floodThatNobodyTakesIsCounted() throws Exception {
        PuntLimits none = new PuntLimits(0, Map.of(PuntClass.DHCP, 0));
        XdpDataPlane dataPlane =
                closer.add(new Running(start(XdpLinks.Mode.NATIVE, none))).plane();
        int frames = 6000; // the ring holds 4096
        for (int i = 0; i < frames; i++) {
            subscriber.send(Packets.dhcp(Packets.DOUBLE, 300));
        }
        int taken = 0;
        int polled;
        do {
            dataPlane.await(PATIENCE);
            polled = dataPlane.poll((port, memory, offset, length) -> {}, 64);
            taken += polled;
        } while (polled > 0);
        assertThat(taken).isLessThan(frames);
        assertThat(dataPlane.puntedLost()).isEqualTo(frames - taken);
        assertThat(new DropTable(dataPlane).table().rows())
                .contains(List.of("drop: control plane did not take it in time", Long.toString(frames - taken)));
    }

    @Test
    void everyDiscoverOfAnotherLineArrivesDuringAStorm() throws Exception {
        XdpDataPlane dataPlane = closer.add(new Running(start())).plane();
        List<VlanTag> quiet = List.of(Packets.DOUBLE.getFirst(), VlanTag.customer(new VlanId(8)));
        Bytes discover = Packets.dhcp(quiet, 300);
        Bytes storming = Packets.dhcp(Packets.DOUBLE, 300);
        int asked = 300;
        int storm = 20 * asked; // more than the ring holds
        for (int i = 0; i < storm; i++) {
            subscriber.send(Packets.with(storming, 11, i));
            if (i % 20 == 0) {
                subscriber.send(discover);
            }
        }
        List<Bytes> heard = new ArrayList<>();
        int polled;
        do {
            dataPlane.await(PATIENCE);
            polled = dataPlane.poll(
                    (port, memory, offset, length) -> heard.add(Station.copy(memory, offset, length)), 64);
        } while (polled > 0);
        assertThat(heard.stream().filter(discover::equals)).hasSize(asked);
        int dropped = storm + asked - heard.size();
        assertThat(dropped).isPositive();
        assertThat(new StormTable(dataPlane).table().rows())
                .containsExactly(List.of("0", "100", "7", "", "DHCP", Integer.toString(dropped)));
        assertThat(new DropTable(dataPlane).table().rows())
                .contains(List.of("drop: more DHCP than a line may send", Integer.toString(dropped)));
    }

    @Test
    void stackRunsTheProgramsWhereTheDriverCannot() throws Exception {
        XdpDataPlane dataPlane =
                closer.add(new Running(start(XdpLinks.Mode.GENERIC))).plane();
        dataPlane.install(entry());
        MacAddress nextHop = resolved(dataPlane);
        subscriber.send(up(100));
        assertThat(server.receives(forwarded(nextHop, 100))).isTrue();
        Bytes packet = Packets.hop(Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, 200));
        server.send(down(200));
        assertThat(subscriber.receives(Packets.ip(Packets.SUBSCRIBER_MAC, trunkMac, Packets.DOUBLE, packet)))
                .isTrue();
    }

    @Test
    void wakeEndsAWaitAndCloseEndsItForGood() throws Exception {
        XdpDataPlane dataPlane = start();
        dataPlane.wake();
        dataPlane.await(Duration.ofMinutes(10));
        FutureTask<Void> waiter = new FutureTask<>(() -> {
            dataPlane.await(Duration.ofMinutes(10));
            return null;
        });
        Thread.ofPlatform().name("waiter").start(waiter);
        dataPlane.close();
        waiter.get();
        assertThat(dataPlane.poll((port, memory, offset, length) -> {}, 64)).isZero();
        assertThat(dataPlane.send(new Frame(0, Packets.dhcp(Packets.DOUBLE, 10))))
                .isFalse();
    }

    @Test
    void tablesShowWhatIsThere() throws Exception {
        XdpDataPlane dataPlane = closer.add(new Running(start())).plane();
        dataPlane.install(entry());
        assertThat(new EntryTable(dataPlane).table().rows())
                .hasSize(1)
                .first()
                .asString()
                .contains("10.64.0.10", "open");
        assertThat(new StatusTable(dataPlane).table().rows()).contains(List.of("sessions", "1"));
        assertThat(new DropTable(dataPlane).table().columns()).containsExactly("Reason", "Packets");
    }

    /** Closes a data plane and leaves its pins. */
    private record Running(XdpDataPlane plane) implements AutoCloseable {
        @Override
        public void close() {
            plane.close();
        }
    }
}
