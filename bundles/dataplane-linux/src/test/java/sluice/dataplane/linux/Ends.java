package sluice.dataplane.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import sluice.dataplane.api.NetworkEntry;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.net.VlanTag;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PuntLimits;
import sluice.platform.api.HardwareProfile;
import sluice.testkit.Namespace;
import sluice.testkit.Station;

/**
 * A gateway with something at both ends.
 *
 * <pre>
 * homes: acc0 --- trunk0 :gateway: core0 --- net0 :internet
 * </pre>
 */
final class Ends implements AutoCloseable {

    static final Ip4 ROUTER = Ip4.parse("10.99.0.2");
    static final Ip6 ROUTER6 = Ip6.parse("2001:db8:99::2");
    static final Ip4 SERVER = Ip4.parse("198.51.100.7");
    static final Ip4 GATEWAY = Ip4.parse("10.64.0.1");
    static final Ip4 ALICE = Ip4.parse("10.64.0.10");
    static final MacAddress ALICES_MAC = MacAddress.parse("02:00:00:00:01:01");
    static final MacAddress ROUTERS_MAC = MacAddress.parse("02:00:00:00:00:fc");
    static final int HEADERS = 28;

    private static final NetworkEntry NETWORK = new NetworkEntry(Ip4Prefix.parse("10.64.0.0/20"), GATEWAY);
    private static final HardwareProfile HARDWARE =
            new HardwareProfile("test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0"), List.of("core0"));

    private final Closer closer = new Closer();
    final Namespace gateway;
    final Namespace homes;
    final Namespace internet;
    final Station access;
    final Station core;
    final MacAddress trunkMac;
    final MacAddress coreMac;

    Ends() throws Exception {
        assumePrivileges();
        gateway = closer.add(new Namespace("lxe-gw"));
        homes = closer.add(new Namespace("lxe-acc").silent());
        internet = closer.add(new Namespace("lxe-core").silent());
        Namespace.connect(gateway, "trunk0", homes, "acc0", 1600);
        Namespace.connect(gateway, "core0", internet, "net0", 1600);
        gateway.ip("address", "add", "10.99.0.1/24", "dev", "core0");
        gateway.ip("-6", "address", "add", "2001:db8:99::1/64", "dev", "core0", "nodad");
        gateway.ip("neighbour", "add", ROUTER.toString(), "lladdr", ROUTERS_MAC.toString(), "dev", "core0");
        gateway.ip("neighbour", "add", ROUTER6.toString(), "lladdr", ROUTERS_MAC.toString(), "dev", "core0");
        access = closer.add(new Station(homes, "acc0"));
        core = closer.add(new Station(internet, "net0"));
        trunkMac = gateway.call(() -> NetworkDevice.of("trunk0")).mac();
        coreMac = gateway.call(() -> NetworkDevice.of("core0")).mac();
    }

    static void assumePrivileges() {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nft(8)");
        try {
            new NetlinkSocket("nftables", NetlinkSocket.NETFILTER).close();
        } catch (KernelException refusal) {
            assumeTrue(false, "needs root: " + refusal.getMessage());
        }
    }

    /** Starts the data plane, which its caller closes. */
    LinuxDataPlane start(Shaping shaping, int capacity) throws Exception {
        return start(shaping, capacity, 100);
    }

    LinuxDataPlane start(Shaping shaping, int capacity, int queueMillis) throws Exception {
        return start(new LinuxSettings(
                List.of(ROUTER), List.of(ROUTER6), capacity, shaping, queueMillis, PuntLimits.DEFAULT));
    }

    LinuxDataPlane start(LinuxSettings settings) throws Exception {
        LinuxDataPlane dataPlane = gateway.call(
                () -> new LinuxDataPlane(HARDWARE, settings, MonotonicClock.system(), new SplittableRandom(1)));
        dataPlane.networks(List.of(NETWORK));
        return dataPlane;
    }

    void closeLater(AutoCloseable resource) {
        closer.add(resource);
    }

    static Bytes udp(Ip4 source, Ip4 destination, int port, int bytes) {
        byte[] data = new byte[bytes - HEADERS];
        Arrays.fill(data, (byte) 'x');
        return new UdpDatagram(40000, port, Bytes.adopt(data)).toPacket(source, destination);
    }

    /** A frame from a subscriber's line. */
    Bytes up(MacAddress mac, List<VlanTag> tags, int etherType, Bytes packet) {
        return new EthernetFrame(trunkMac, mac, tags, etherType, packet).encode();
    }

    /** A frame from the core. */
    Bytes down(int etherType, Bytes packet) {
        return new EthernetFrame(coreMac, ROUTERS_MAC, List.of(), etherType, packet).encode();
    }

    @Override
    public void close() {
        closer.close();
    }
}
