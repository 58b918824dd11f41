package sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
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
 * What every data plane must do, proven on its own kernel: two access links, a gateway and a core link in network
 * namespaces, real frames at the far ends. A data plane extends it in its own tests.
 *
 * <pre>
 * access: acc0 --- trunk0 :gateway: core0 --- net0 :core
 *         acc1 --- trunk1
 * </pre>
 */
@Timeout(60)
public abstract class DataPlaneContract {

    private static final Ip4 CORE_ROUTER = Ip4.parse("10.99.0.2");
    private static final HardwareProfile HARDWARE = new HardwareProfile(
            "test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0", "trunk1"), List.of("core0"));
    private static final Ip4Prefix NETWORK = Ip4Prefix.parse("10.64.0.0/22");
    private static final Ip4 GATEWAY = Ip4.parse("10.64.0.1");
    private static final Ip4 ALICE = Ip4.parse("10.64.0.10");
    private static final Ip4 BOB = Ip4.parse("10.64.0.11");
    private static final Ip4 SERVER = Ip4.parse("198.51.100.7");
    private static final Ip4 FAR = Ip4.parse("203.0.113.5");
    private static final MacAddress ALICES_MAC = MacAddress.parse("02:00:00:00:01:01");
    private static final MacAddress BOBS_MAC = MacAddress.parse("02:00:00:00:01:02");
    private static final MacAddress ROUTERS_MAC = MacAddress.parse("02:00:00:00:00:fc");
    private static final long SESSION = 0x9234_5678_9abc_def0L;
    private static final long OTHER_SESSION = 2;
    private static final int HEADERS = 28;
    private static final int CAPACITY = 1024;
    private static final int TRIES = 200;
    private static final int MTU = 1600;
    private static final long FLOOD_NANOS = 1_500_000_000L;

    private final Closer closer = new Closer();
    private final MonotonicClock clock = MonotonicClock.system();
    private Namespace gateway;
    private Station access;
    private Station otherAccess;
    private Station core;
    private Running running;
    private MacAddress trunkMac;
    private MacAddress otherTrunkMac;
    private MacAddress coreMac;

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

    /** How much of the origin it can be content with. */
    protected Set<Treatment.Identity> identities() {
        return Set.of(Treatment.Identity.values());
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
        Namespace homes = closer.add(new Namespace(prefix() + "-acc"));
        Namespace internet = closer.add(new Namespace(prefix() + "-core"));
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

    private Running open(int capacity) throws Exception {
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

    private DataPlane dataPlane() {
        return running.dataPlane();
    }

    private SubscriberEntry entry(long session, Ip4 address, MacAddress mac) {
        return new SubscriberEntry(session, 0, tags(), mac, address, Policer.UNLIMITED, Policer.UNLIMITED);
    }

    private SubscriberEntry alice() {
        return entry(SESSION, ALICE, ALICES_MAC);
    }

    private SubscriberEntry alice(Policer upload, Policer download) {
        return new SubscriberEntry(SESSION, 0, tags(), ALICES_MAC, ALICE, upload, download);
    }

    private SubscriberEntry alice(Treatment treatment) {
        return new SubscriberEntry(
                SESSION,
                0,
                tags(),
                ALICES_MAC,
                0,
                ALICE,
                List.of(),
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                treatment);
    }

    private static Bytes udp(Ip4 source, Ip4 destination, int port, int payload) {
        byte[] data = new byte[payload];
        Arrays.fill(data, (byte) 'x');
        return new UdpDatagram(40000, port, Bytes.adopt(data)).toPacket(source, destination);
    }

    private Bytes up(MacAddress mac, Ip4 source, int payload) {
        return up(trunkMac, mac, source, payload);
    }

    private Bytes up(MacAddress trunk, MacAddress mac, Ip4 source, int payload) {
        return new EthernetFrame(trunk, mac, tags(), EthernetFrame.IP4, udp(source, SERVER, 9000, payload)).encode();
    }

    private Bytes down(Ip4 destination, int payload) {
        Bytes packet = udp(SERVER, destination, 9000, payload);
        return new EthernetFrame(coreMac, ROUTERS_MAC, List.of(), EthernetFrame.IP4, packet).encode();
    }

    /** The packet one hop further on: a lower TTL and the checksum that goes with it. */
    private static Bytes hop(Bytes packet) {
        byte[] bytes = packet.toArray();
        bytes[8]--;
        bytes[10] = 0;
        bytes[11] = 0;
        int checksum = InternetChecksum.of(Bytes.copyOf(bytes, 0, 20));
        bytes[10] = (byte) (checksum >> 8);
        bytes[11] = (byte) checksum;
        return Bytes.adopt(bytes);
    }

    private static boolean atCore(Bytes frame, Ip4 source, int payload) {
        Bytes expected = hop(udp(source, SERVER, 9000, payload));
        return frame.length() == 14 + expected.length() && frame.slice(14).equals(expected);
    }

    private Predicate<Bytes> atHome(MacAddress mac, Ip4 destination, int payload) {
        Bytes packet = hop(udp(SERVER, destination, 9000, payload));
        Bytes expected = new EthernetFrame(mac, trunkMac, tags(), EthernetFrame.IP4, packet).encode();
        return expected::equals;
    }

    private boolean reachesCore(int payload) throws KernelException {
        return core.receives(frame -> atCore(frame, ALICE, payload));
    }

    private boolean reachesAlice(int payload) throws KernelException {
        return access.receives(atHome(ALICES_MAC, ALICE, payload));
    }

    private Traffic traffic() {
        return dataPlane().read(SESSION, ALICE).orElseThrow();
    }

    /** Something that becomes true within seconds; it waits itself. */
    private interface Condition {
        boolean holds() throws Exception;
    }

    private void eventually(Condition condition) throws Exception {
        for (int i = 0; i < TRIES; i++) {
            if (condition.holds()) {
                return;
            }
            otherAccess.await(20);
            otherAccess.drain();
        }
        throw new AssertionError("it did not become true");
    }

    @Test
    void installedSubscriberPassesBothWaysAndIsCounted() throws Exception {
        dataPlane().install(alice());
        assertThat(dataPlane().read(SESSION, ALICE)).contains(Traffic.NONE);
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        core.send(down(ALICE, 200));
        core.send(down(ALICE, 201));
        assertThat(reachesAlice(200)).isTrue();
        assertThat(reachesAlice(201)).isTrue();
        assertThat(traffic()).isEqualTo(new Traffic(1, 100 + HEADERS, 2, 401 + 2 * HEADERS, 0, 0, 0));
        assertThat(dataPlane().entries()).containsExactly(alice());
    }

    @Test
    void shortPacketIsCountedWithoutItsPadding() throws Exception {
        dataPlane().install(alice());
        byte[] padded = new byte[60];
        Bytes frame = up(ALICES_MAC, ALICE, 3);
        frame.writeTo(padded, 0);
        access.send(Bytes.adopt(padded));
        eventually(() -> traffic().uploadPackets() == 1);
        assertThat(traffic().uploadBytes()).isEqualTo(3 + HEADERS);
    }

    @Test
    void unknownSourceAndUnknownDestinationAreRefused() throws Exception {
        dataPlane().install(alice());
        access.send(up(BOBS_MAC, BOB, 100));
        access.send(up(ALICES_MAC, FAR, 101));
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        core.send(down(BOB, 103));
        core.send(down(ALICE, 104));
        assertThat(reachesAlice(104)).isTrue();
        assertThat(core.count(frame -> atCore(frame, BOB, 100) || atCore(frame, FAR, 101)))
                .isZero();
        assertThat(access.count(atHome(BOBS_MAC, BOB, 103).or(atHome(ALICES_MAC, BOB, 103))))
                .isZero();
        assertThat(traffic()).isEqualTo(new Traffic(1, 102 + HEADERS, 1, 104 + HEADERS, 0, 0, 0));
    }

    @Test
    void spoofedSourcesAreRefusedAndCounted() throws Exception {
        dataPlane().install(alice());
        dataPlane().install(entry(OTHER_SESSION, BOB, BOBS_MAC));
        access.send(up(BOBS_MAC, ALICE, 100));
        otherAccess.send(up(otherTrunkMac, ALICES_MAC, ALICE, 101));
        eventually(() -> traffic().spoofed() == 2);
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        assertThat(core.count(frame -> atCore(frame, ALICE, 100) || atCore(frame, ALICE, 101)))
                .isZero();
        assertThat(traffic()).isEqualTo(new Traffic(1, 102 + HEADERS, 0, 0, 0, 0, 2));
        assertThat(dataPlane().read(OTHER_SESSION, BOB)).contains(Traffic.NONE);
    }

    @Test
    void stopEndsRunningFlowsAtOnceAndCountersStand() throws Exception {
        dataPlane().install(alice());
        dataPlane().install(entry(OTHER_SESSION, BOB, BOBS_MAC));
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        core.send(down(ALICE, 101));
        assertThat(reachesAlice(101)).isTrue();
        Traffic last = new Traffic(1, 100 + HEADERS, 1, 101 + HEADERS, 0, 0, 0);
        assertThat(dataPlane().stop(SESSION, ALICE)).contains(last);
        access.send(up(ALICES_MAC, ALICE, 102));
        access.send(up(BOBS_MAC, BOB, 103));
        assertThat(core.receives(frame -> atCore(frame, BOB, 103))).isTrue();
        core.send(down(ALICE, 104));
        core.send(down(BOB, 105));
        assertThat(access.receives(atHome(BOBS_MAC, BOB, 105))).isTrue();
        assertThat(core.count(frame -> atCore(frame, ALICE, 102))).isZero();
        assertThat(access.count(atHome(ALICES_MAC, ALICE, 104))).isZero();
        assertThat(dataPlane().stop(SESSION, ALICE)).contains(last);
        assertThat(dataPlane().entries()).contains(alice());
        dataPlane().install(alice());
        access.send(up(ALICES_MAC, ALICE, 106));
        assertThat(reachesCore(106)).isTrue();
        assertThat(dataPlane().remove(SESSION, ALICE))
                .contains(new Traffic(2, 206 + 2 * HEADERS, 1, 101 + HEADERS, 0, 0, 0));
        assertThat(dataPlane().remove(SESSION, ALICE)).isEmpty();
        assertThat(dataPlane().read(SESSION, ALICE)).isEmpty();
        assertThat(dataPlane().stop(SESSION, ALICE)).isEmpty();
    }

    @Test
    void ratesHoldInBothDirections() throws Exception {
        Policer rate = new Policer(8_000_000, 1_000_000); // as much as a machine that is busy elsewhere may hold us up
        dataPlane().install(alice(rate, rate));
        flood(access, up(ALICES_MAC, ALICE, 1372), rate, true);
        flood(core, down(ALICE, 1372), rate, false);
        assertThat(traffic().refused()).isZero();
    }

    /** Offers some times the rate for a second and a half behind the burst; what passes is burst and rate. */
    private void flood(Station from, Bytes frame, Policer policer, boolean upwards) throws Exception {
        double bytesPerNano = policer.bitsPerSecond() / 8e9;
        long bucket = bucketBytes(policer);
        long packet = 1372 + HEADERS;
        long started = clock.nanos();
        long sent = 0;
        while (true) {
            long elapsed = Math.min(clock.nanos() - started, FLOOD_NANOS);
            if (sent * packet < bucket * 1.2 + 3 * bytesPerNano * elapsed) {
                from.send(frame);
                sent++;
            } else if (elapsed == FLOOD_NANOS) {
                break;
            } else {
                from.await(1);
                from.drain();
            }
        }
        long frames = sent;
        eventually(() -> seen(upwards) == frames);
        double most = bucket + bytesPerNano * (clock.nanos() - started) + packet;
        long delivered = upwards ? traffic().uploadBytes() : traffic().downloadBytes();
        assertThat((double) delivered).isBetween(0.95 * (bucket + bytesPerNano * FLOOD_NANOS), most);
        long dropped = upwards ? traffic().uploadDroppedBytes() : traffic().downloadDroppedBytes();
        assertThat(delivered + dropped).isEqualTo(frames * packet);
    }

    private long seen(boolean upwards) {
        Traffic traffic = traffic();
        return upwards
                ? traffic.uploadPackets() + traffic.uploadDropped()
                : traffic.downloadPackets() + traffic.downloadDropped();
    }

    @Test
    void anotherRateLeavesTheCounters() throws Exception {
        Policer rate = new Policer(8_000_000, 30_000);
        dataPlane().install(alice());
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        dataPlane().install(alice(rate, rate));
        assertThat(dataPlane().entries()).containsExactly(alice(rate, rate));
        access.send(up(ALICES_MAC, ALICE, 101));
        assertThat(reachesCore(101)).isTrue();
        dataPlane().install(alice(Policer.UNLIMITED, rate));
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        assertThat(traffic()).isEqualTo(new Traffic(3, 303 + 3 * HEADERS, 0, 0, 0, 0, 0));
    }

    @Test
    void subscriberMovesToAnotherPortAndDevice() throws Exception {
        dataPlane().install(alice());
        SubscriberEntry moved = new SubscriberEntry(
                SESSION, 1, tags(), BOBS_MAC, ALICE, Policer.UNLIMITED, Policer.UNLIMITED);
        dataPlane().install(moved);
        otherAccess.send(up(otherTrunkMac, BOBS_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        core.send(down(ALICE, 101));
        Bytes expected = new EthernetFrame(
                        BOBS_MAC, otherTrunkMac, tags(), EthernetFrame.IP4, hop(udp(SERVER, ALICE, 9000, 101)))
                .encode();
        assertThat(otherAccess.receives(expected::equals)).isTrue();
        access.send(up(ALICES_MAC, ALICE, 102));
        eventually(() -> traffic().spoofed() == 1);
        assertThat(traffic()).isEqualTo(new Traffic(1, 100 + HEADERS, 1, 101 + HEADERS, 0, 0, 1));
    }

    @Test
    void capacityEndsWithANamedRefusal() throws Exception {
        int installed = 0;
        Optional<Reason> refusal = Optional.empty();
        while (refusal.isEmpty() && installed <= 2 * CAPACITY) {
            try {
                dataPlane().install(entry(installed + 1L, FAR.plus(installed), ALICES_MAC));
                installed++;
            } catch (DataPlaneException full) {
                refusal = Optional.of(full.reason());
            }
        }
        assertThat(refusal).contains(Reason.CAPACITY_REACHED);
        dataPlane().remove(1, FAR);
        dataPlane().install(entry(9999, FAR, ALICES_MAC));
        assertThat(dataPlane().entries()).hasSize(installed);
    }

    @Test
    void anotherSessionAtTheAddressIsRefusedUntilTheFirstIsRemoved() throws Exception {
        dataPlane().install(alice());
        dataPlane().stop(SESSION, ALICE);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> dataPlane().install(entry(OTHER_SESSION, ALICE, BOBS_MAC)))
                .matches(failure -> failure.reason() == Reason.ADDRESS_IN_USE);
        assertThat(dataPlane().remove(OTHER_SESSION, ALICE)).isEmpty();
        dataPlane().remove(SESSION, ALICE);
        dataPlane().install(entry(OTHER_SESSION, ALICE, BOBS_MAC));
        assertThat(dataPlane().read(OTHER_SESSION, ALICE)).contains(Traffic.NONE);
    }

    @Test
    void unknownPortIsRefused() {
        SubscriberEntry nowhere = new SubscriberEntry(
                SESSION, 2, tags(), ALICES_MAC, ALICE, Policer.UNLIMITED, Policer.UNLIMITED);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> dataPlane().install(nowhere))
                .matches(failure -> failure.reason() == Reason.UNKNOWN_PORT);
        assertThat(dataPlane().entries()).isEmpty();
    }

    @Test
    void packetsGoOnWithoutAControlPlaneAndTheNextOneFindsEverything() throws Exception {
        Policer rate = new Policer(800_000_000, 3_000_000);
        dataPlane().install(alice(rate, Policer.UNLIMITED));
        dataPlane().install(entry(OTHER_SESSION, BOB, BOBS_MAC));
        dataPlane().stop(OTHER_SESSION, BOB);
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        running.close();
        access.send(up(ALICES_MAC, ALICE, 101));
        assertThat(reachesCore(101)).isTrue();
        core.send(down(ALICE, 102));
        assertThat(reachesAlice(102)).isTrue();
        running = open(CAPACITY);
        assertThat(dataPlane().entries())
                .containsExactlyInAnyOrder(
                        alice(rate, Policer.UNLIMITED), entry(OTHER_SESSION, BOB, BOBS_MAC));
        access.send(up(BOBS_MAC, BOB, 103));
        access.send(up(ALICES_MAC, ALICE, 104));
        assertThat(reachesCore(104)).isTrue();
        assertThat(core.count(frame -> atCore(frame, BOB, 103))).as("still stopped").isZero();
        assertThat(traffic()).isEqualTo(new Traffic(3, 305 + 3 * HEADERS, 1, 102 + HEADERS, 0, 0, 0));
        dataPlane().remove(SESSION, ALICE);
        dataPlane().remove(OTHER_SESSION, BOB);
        assertThat(dataPlane().entries()).isEmpty();
    }

    @Test
    void blockedSubscriberNeitherSendsNorReceives() throws Exception {
        dataPlane().install(alice(Treatment.PLAIN.withAccess(Treatment.Access.BLOCKED, 0)));
        access.send(up(ALICES_MAC, ALICE, 100));
        core.send(down(ALICE, 101));
        eventually(() -> traffic().refused() == 2);
        dataPlane().install(alice());
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        core.send(down(ALICE, 103));
        assertThat(reachesAlice(103)).isTrue();
        assertThat(core.count(frame -> atCore(frame, ALICE, 100))).isZero();
        assertThat(access.count(atHome(ALICES_MAC, ALICE, 101))).isZero();
        Traffic traffic = traffic();
        assertThat(List.of(traffic.uploadPackets(), traffic.downloadPackets(), traffic.refused()))
                .containsExactly(1L, 1L, 2L);
    }

    @Test
    void looseSubscriberMayChangeItsDeviceAndALoggedOneEverything() throws Exception {
        assumeTrue(identities().containsAll(Set.of(Treatment.Identity.values())), "proves strictly only");
        dataPlane().install(alice(Treatment.PLAIN.withIdentity(Treatment.Identity.LOOSE)));
        access.send(up(BOBS_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        otherAccess.send(up(otherTrunkMac, ALICES_MAC, ALICE, 101));
        eventually(() -> traffic().spoofed() == 1);
        dataPlane().install(alice(Treatment.PLAIN.withIdentity(Treatment.Identity.LOG_ONLY)));
        access.send(up(BOBS_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        access.send(up(ALICES_MAC, ALICE, 103));
        assertThat(reachesCore(103)).isTrue();
        assertThat(traffic().spoofed()).isEqualTo(2);
        assertThat(core.count(frame -> atCore(frame, ALICE, 101))).isZero();
    }

    @Test
    void dhcpOfAnybodyReachesTheControlPlaneAndItsAnswerLeaves() throws Exception {
        Bytes discover = new EthernetFrame(
                        MacAddress.BROADCAST, BOBS_MAC, tags(), EthernetFrame.IP4, udp(Ip4.ANY, Ip4.BROADCAST, 67, 300))
                .encode();
        access.send(discover);
        List<Frame> punted = new ArrayList<>();
        eventually(() -> {
            running.source().await(Duration.ofMillis(20));
            running.source()
                    .poll(
                            (port, memory, offset, length) -> punted.add(new Frame(
                                    port,
                                    Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer()))),
                            64);
            return !punted.isEmpty();
        });
        assertThat(punted).containsExactly(new Frame(0, discover));
        Bytes packet = udp(GATEWAY, BOB, 68, 300);
        Frame offer = new Frame(
                0, new EthernetFrame(BOBS_MAC, MacAddress.ZERO, tags(), EthernetFrame.IP4, packet).encode());
        assertThat(running.sink().send(offer)).isTrue();
        running.sink().flush();
        Bytes expected = new EthernetFrame(BOBS_MAC, trunkMac, tags(), EthernetFrame.IP4, packet).encode();
        assertThat(access.receives(expected::equals)).isTrue();
    }

    @Test
    void gatewayAnswersArpForItsOwnAddressAlone() throws Exception {
        dataPlane().install(alice());
        access.send(arp(ALICES_MAC, ALICE, BOB));
        access.send(arp(ALICES_MAC, ALICE, CORE_ROUTER));
        access.send(arp(ALICES_MAC, ALICE, GATEWAY));
        assertThat(access.receives(frame -> isReply(frame, GATEWAY))).isTrue();
        assertThat(access.count(frame -> isReply(frame, BOB) || isReply(frame, CORE_ROUTER)))
                .isZero();
    }

    /** RFC 826. */
    private Bytes arp(MacAddress mac, Ip4 sender, Ip4 target) {
        Bytes message = Bytes.fromHex("0001080006040001")
                .plus(mac.toBytes())
                .plus(sender.toBytes())
                .plus(MacAddress.ZERO.toBytes())
                .plus(target.toBytes());
        return new EthernetFrame(MacAddress.BROADCAST, mac, tags(), EthernetFrame.ARP, message).encode();
    }

    private boolean isReply(Bytes frame, Ip4 from) {
        Bytes start = new EthernetFrame(
                        ALICES_MAC,
                        trunkMac,
                        tags(),
                        EthernetFrame.ARP,
                        Bytes.fromHex("0001080006040002")
                                .plus(trunkMac.toBytes())
                                .plus(from.toBytes()))
                .encode();
        int length = 14 + 4 * tags().size() + 18;
        return frame.length() >= length && frame.slice(0, length).equals(start.slice(0, length));
    }
}
