package sluice.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.InternetChecksum;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.net.VlanTag;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;
import sluice.platform.api.HardwareProfile;

/**
 * Where a data plane is proven: two access links, a gateway and a core link in network namespaces, real frames at the
 * far ends, two subscribers.
 *
 * <pre>
 * access: acc0 --- trunk0 :gateway: core0 --- net0 :core
 *         acc1 --- trunk1
 * </pre>
 */
public abstract class DataPlaneBench {

    static final Ip4 CORE_ROUTER = Ip4.parse("10.99.0.2");
    private static final HardwareProfile HARDWARE = new HardwareProfile(
            "test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0", "trunk1"), List.of("core0"));
    private static final Ip4Prefix NETWORK = Ip4Prefix.parse("10.64.0.0/22");
    static final Ip4 GATEWAY = Ip4.parse("10.64.0.1");
    static final Ip4 ALICE = Ip4.parse("10.64.0.10");
    static final Ip4 BOB = Ip4.parse("10.64.0.11");
    static final Ip4 SERVER = Ip4.parse("198.51.100.7");
    static final Ip4 FAR = Ip4.parse("203.0.113.5");
    static final MacAddress ALICES_MAC = MacAddress.parse("02:00:00:00:01:01");
    static final MacAddress BOBS_MAC = MacAddress.parse("02:00:00:00:01:02");
    static final MacAddress ROUTERS_MAC = MacAddress.parse("02:00:00:00:00:fc");
    static final long SESSION = 0x9234_5678_9abc_def0L;
    static final long OTHER_SESSION = 2;
    static final int HEADERS = 28;
    static final int CAPACITY = 1024;
    private static final int TRIES = 200;
    private static final int MTU = 1600;

    private final Closer closer = new Closer();
    final MonotonicClock clock = MonotonicClock.system();
    private Namespace gateway;
    Station access;
    Station otherAccess;
    Station core;
    Running running;
    MacAddress trunkMac;
    MacAddress otherTrunkMac;
    MacAddress coreMac;

    /** A data plane that was started. Closing it leaves in the kernel what it put there. */
    public interface Running extends AutoCloseable {

        /** The first of its services. */
        DataPlane dataPlane();

        /** The second. */
        FrameSource source();

        /** The third. */
        FrameSink sink();

        @Override
        void close();
    }

    /** Skips the test, and says why, where it cannot run. */
    protected abstract void assume();

    /** Begins the names of network namespaces; nobody else's do. */
    protected abstract String prefix();

    /** Starts the data plane; called in the gateway's namespace. */
    protected abstract Running start(HardwareProfile hardware, Ip4 coreRouter, int capacity) throws Exception;

    /** Removes from the kernel what the end of the namespaces does not; called before and after each test. */
    protected void forget() throws Exception {
        // nothing by default
    }

    /** Prepares the device at the other end of a link of the gateway; called in its namespace. */
    protected AutoCloseable farEnd(String device) throws Exception {
        return () -> {};
    }

    /** How the subscribers' frames are tagged. */
    protected List<VlanTag> tags() {
        return List.of();
    }

    /** How much passes at once after an idle time. */
    protected long bucketBytes(Policer policer) {
        return policer.burstBytes();
    }

    @BeforeEach
    void build() throws Exception {
        assume();
        forget();
        closer.add(this::forget);
        gateway = closer.add(new Namespace(prefix() + "-gw"));
        Namespace homes = closer.add(new Namespace(prefix() + "-acc").silent());
        Namespace internet = closer.add(new Namespace(prefix() + "-core").silent());
        Namespace.connect(gateway, "trunk0", homes, "acc0", MTU);
        Namespace.connect(gateway, "trunk1", homes, "acc1", MTU);
        Namespace.connect(gateway, "core0", internet, "net0", MTU);
        gateway.ip("address", "add", "10.99.0.1/24", "dev", "core0");
        internet.ip("address", "add", CORE_ROUTER + "/24", "dev", "net0");
        for (String device : List.of("acc0", "acc1")) {
            closer.add(homes.call(() -> farEnd(device)));
        }
        closer.add(internet.call(() -> farEnd("net0")));
        access = closer.add(new Station(homes, "acc0"));
        otherAccess = closer.add(new Station(homes, "acc1"));
        core = closer.add(new Station(internet, "net0"));
        trunkMac = gateway.call(() -> NetworkDevice.of("trunk0")).mac();
        otherTrunkMac = gateway.call(() -> NetworkDevice.of("trunk1")).mac();
        coreMac = gateway.call(() -> NetworkDevice.of("core0")).mac();
        running = open(CAPACITY);
        closer.add(() -> running.close());
        warmUp();
    }

    @AfterEach
    void tearDown() {
        closer.close();
    }

    Running open(int capacity) throws Exception {
        Running opened = gateway.call(() -> start(HARDWARE, CORE_ROUTER, capacity));
        opened.dataPlane().networks(List.of(new NetworkEntry(NETWORK, GATEWAY)));
        return opened;
    }

    /** Until the next hop is known, packets to the core may be lost. */
    private void warmUp() throws Exception {
        dataPlane().install(entry(OTHER_SESSION, BOB, BOBS_MAC));
        eventually(() -> {
            access.send(up(BOBS_MAC, BOB, 99));
            core.await(20);
            return core.count(frame -> atCore(frame, BOB, 99)) > 0;
        });
        dataPlane().remove(OTHER_SESSION, BOB);
        core.forget();
    }

    DataPlane dataPlane() {
        return running.dataPlane();
    }

    SubscriberEntry entry(long session, Ip4 address, MacAddress mac) {
        return new SubscriberEntry(session, 0, tags(), mac, address, Policer.UNLIMITED, Policer.UNLIMITED);
    }

    SubscriberEntry alice() {
        return entry(SESSION, ALICE, ALICES_MAC);
    }

    /** A subscriber with a network behind it. */
    SubscriberEntry site(long session, Ip4 address, MacAddress mac) {
        return new SubscriberEntry(
                session,
                0,
                tags(),
                mac,
                0,
                0,
                address,
                List.of(),
                List.of(Ip4Prefix.parse("203.0.113.64/27")),
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN);
    }

    SubscriberEntry alice(Policer upload, Policer download) {
        return new SubscriberEntry(SESSION, 0, tags(), ALICES_MAC, ALICE, upload, download);
    }

    SubscriberEntry alice(Treatment treatment) {
        return new SubscriberEntry(
                SESSION, 0, tags(), ALICES_MAC, 0, ALICE, List.of(), Policer.UNLIMITED, Policer.UNLIMITED, treatment);
    }

    static Bytes udp(Ip4 source, Ip4 destination, int port, int payload) {
        byte[] data = new byte[payload];
        Arrays.fill(data, (byte) 'x');
        return new UdpDatagram(40000, port, Bytes.adopt(data)).toPacket(source, destination);
    }

    Bytes up(MacAddress mac, Ip4 source, int payload) {
        return up(trunkMac, mac, source, payload);
    }

    Bytes up(MacAddress trunk, MacAddress mac, Ip4 source, int payload) {
        return new EthernetFrame(trunk, mac, tags(), EthernetFrame.IP4, udp(source, SERVER, 9000, payload)).encode();
    }

    Bytes down(Ip4 destination, int payload) {
        Bytes packet = udp(SERVER, destination, 9000, payload);
        return new EthernetFrame(coreMac, ROUTERS_MAC, List.of(), EthernetFrame.IP4, packet).encode();
    }

    /** The packet one hop further on: a lower TTL and the checksum that goes with it. */
    static Bytes hop(Bytes packet) {
        byte[] bytes = packet.toArray();
        bytes[8]--;
        bytes[10] = 0;
        bytes[11] = 0;
        int checksum = InternetChecksum.of(Bytes.copyOf(bytes, 0, 20));
        bytes[10] = (byte) (checksum >> 8);
        bytes[11] = (byte) checksum;
        return Bytes.adopt(bytes);
    }

    static boolean atCore(Bytes frame, Ip4 source, int payload) {
        Bytes expected = hop(udp(source, SERVER, 9000, payload));
        return frame.length() == 14 + expected.length() && frame.slice(14).equals(expected);
    }

    Predicate<Bytes> atHome(MacAddress mac, Ip4 destination, int payload) {
        Bytes packet = hop(udp(SERVER, destination, 9000, payload));
        Bytes expected = new EthernetFrame(mac, trunkMac, tags(), EthernetFrame.IP4, packet).encode();
        return expected::equals;
    }

    boolean reachesCore(int payload) throws KernelException {
        return core.receives(frame -> atCore(frame, ALICE, payload));
    }

    boolean reachesAlice(int payload) throws KernelException {
        return access.receives(atHome(ALICES_MAC, ALICE, payload));
    }

    Traffic traffic() {
        return dataPlane().read(SESSION, ALICE).orElseThrow();
    }

    /** Waits until the control plane gets this frame from the first port. */
    void awaitPunted(Bytes frame) throws Exception {
        List<Frame> punted = new ArrayList<>();
        eventually(() -> {
            running.source().await(Duration.ofMillis(20));
            running.source()
                    .poll(
                            (port, memory, offset, length) -> punted.add(new Frame(
                                    port,
                                    Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer()))),
                            64);
            return punted.contains(new Frame(0, frame)); // other protocols may be punted too
        });
    }

    /** Something that becomes true within seconds; it waits itself. */
    interface Condition {
        boolean holds() throws Exception;
    }

    void eventually(Condition condition) throws Exception {
        for (int i = 0; i < TRIES; i++) {
            if (condition.holds()) {
                return;
            }
            otherAccess.await(20);
            otherAccess.drain();
        }
        throw new AssertionError("it did not become true");
    }
}
