package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.loop.Closer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PuntLimits;
import sluice.platform.api.HardwareProfile;
import sluice.testkit.Namespace;

/** The kernel's own IPv6 on both sides of the data plane: a subscriber and a server that never heard of us. */
@Timeout(90)
final class EndToEnd6Test {

    private static final Path PINS = Privileged.pins("6-test");
    private static final HardwareProfile HARDWARE =
            new HardwareProfile("test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0"), List.of("core0"));
    private static final long SESSION = 6;
    private static final String ROUTER = "2001:db8:99::2";
    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final int TRIES = 50;
    private static final int ND_TYPE_AT = 14 + Packets6.HEADER;

    private final Closer closer = new Closer();
    private Namespace gateway;
    private Namespace access;
    private Namespace core;
    private MacAddress trunkMac = MacAddress.ZERO;
    private MacAddress subscriberMac = MacAddress.ZERO;
    private Ip6 gatewayLinkLocal = Ip6.ANY;

    @BeforeEach
    void build() throws Exception {
        Privileged.assumeNamespaces();
        Pins.remove(PINS);
        closer.add(() -> Pins.remove(PINS));
        gateway = closer.add(new Namespace("xdp6-gw"));
        access = closer.add(new Namespace("xdp6-acc"));
        core = closer.add(new Namespace("xdp6-core"));
    }

    @AfterEach
    void tearDown() {
        closer.close();
    }

    private void connect(int accessMtu, int coreMtu) throws Exception {
        Namespace.connect(gateway, "trunk0", access, "acc0", accessMtu);
        Namespace.connect(gateway, "core0", core, "net0", coreMtu);
        trunkMac = gateway.call(() -> NetworkDevice.of("trunk0")).mac();
        subscriberMac = access.call(() -> NetworkDevice.of("acc0")).mac();
        gatewayLinkLocal = linkLocal(trunkMac);
        gateway.ip("address", "add", "2001:db8:99::1/64", "dev", "core0", "nodad");
        core.ip("address", "add", ROUTER + "/64", "dev", "net0", "nodad");
        core.ip("address", "add", Packets6.SERVER + "/128", "dev", "lo");
        for (Ip6Prefix prefix : Packets6.PREFIXES) {
            core.ip("route", "add", prefix.toString(), "via", "2001:db8:99::1");
        }
        access.ip("address", "add", Packets6.HOST + "/128", "dev", "acc0", "nodad");
        access.ip("address", "add", Packets6.DELEGATED + "/128", "dev", "lo");
        BpfObject object = BpfObject.ofBundle();
        Pins pins = new Pins(PINS.resolve("peers"), object.layoutVersion());
        int peer = closer.add(new LoadedObject(object, pins, Map.of())).program("peer");
        attach(access, "acc0", peer);
        attach(core, "net0", peer);
    }

    /** Without a program of its own a veth takes no redirected frames. */
    private void attach(Namespace namespace, String device, int program) throws Exception {
        int link = namespace.call(
                () -> Bpf.attach(program, NetworkDevice.of(device).ifindex(), Bpf.XDP_NATIVE));
        closer.add(() -> Libc.close(link));
    }

    /** The address that a station makes of its MAC (RFC 4291, A). */
    private static Ip6 linkLocal(MacAddress mac) {
        long value = mac.value() ^ 0x0200_0000_0000L;
        return new Ip6(0xfe80L << 48, value >>> 24 << 40 | 0xffL << 32 | 0xfeL << 24 | value & 0xff_ffffL);
    }

    private XdpDataPlane start(String router) throws Exception {
        XdpSettings settings = new XdpSettings(
                List.of(),
                List.of(Ip6.parse(router)),
                PINS.resolve("plane"),
                XdpLinks.Mode.NATIVE,
                4096,
                PuntLimits.DEFAULT,
                true);
        XdpDataPlane dataPlane = gateway.call(() -> new XdpDataPlane(HARDWARE, settings));
        closer.add(dataPlane::close);
        dataPlane.install(new SubscriberEntry(
                SESSION,
                0,
                List.of(),
                subscriberMac,
                0,
                Ip4.ANY,
                Packets6.PREFIXES,
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN));
        for (int i = 0; i < TRIES && !isReady(dataPlane); i++) {
            dataPlane.await(PATIENCE);
            dataPlane.poll((port, memory, offset, length) -> {}, 64); // or it would not wait
        }
        assertThat(isReady(dataPlane)).as("router and own address are known").isTrue();
        return dataPlane;
    }

    private static boolean isReady(XdpDataPlane dataPlane) {
        GatewaySettings.Core known = dataPlane.subscribers().settings().cores().getFirst();
        return known.nextHop6().isPresent() && !known.address6().isAny();
    }

    /** What neighbour discovery will do, once somebody answers it. */
    private void knowGateway() {
        access.ip(
                "neigh",
                "replace",
                gatewayLinkLocal.toString(),
                "lladdr",
                trunkMac.toString(),
                "dev",
                "acc0",
                "nud",
                "permanent");
        access.ip("route", "add", "default", "via", gatewayLinkLocal.toString(), "dev", "acc0");
    }

    private static String ping(Namespace from, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("ping", "-6", "-n", "-W", "1"));
        command.addAll(List.of(arguments));
        Process process = from.start(command.toArray(String[]::new));
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    @Test
    void pingGoesToTheServerAndBack() throws Exception {
        connect(1600, 1500);
        XdpDataPlane dataPlane = start(ROUTER);
        knowGateway();
        for (Ip6 source : List.of(Packets6.HOST, Packets6.DELEGATED)) {
            assertThat(ping(
                            access,
                            "-c",
                            "50",
                            "-i",
                            "0.005",
                            "-s",
                            "1200",
                            "-I",
                            source.toString(),
                            Packets6.SERVER.toString()))
                    .contains("50 received")
                    .contains("ttl=63"); // one hop down from 64
        }
        Traffic traffic = dataPlane.read(SESSION, Ip4.ANY).orElseThrow();
        assertThat(traffic.uploadPackets6()).isEqualTo(100);
        assertThat(traffic.downloadPackets6()).isEqualTo(100);
        assertThat(traffic.downloadBytes6()).isEqualTo(100 * 1248);
    }

    @Test
    void routerMayBeLinkLocal() throws Exception {
        connect(1600, 1500);
        MacAddress router = core.call(() -> NetworkDevice.of("net0")).mac();
        start(linkLocal(router).toString());
        knowGateway();
        assertThat(ping(access, "-c", "3", "-i", "0.01", Packets6.SERVER.toString()))
                .contains("3 received");
    }

    @Test
    void addressThatIsNotTheSubscribersDoesNotGetOut() throws Exception {
        connect(1600, 1500);
        XdpDataPlane dataPlane = start(ROUTER);
        knowGateway();
        access.ip("address", "add", "2001:db8:1::11/128", "dev", "acc0", "nodad");
        assertThat(ping(access, "-c", "3", "-i", "0.01", "-I", "2001:db8:1::11", Packets6.SERVER.toString()))
                .contains(" 0 received");
        assertThat(dataPlane.verdicts().get(Verdict.UNKNOWN_SOURCE)).isEqualTo(3);
    }

    @Test
    void datagramsArriveAllAndInOrder() throws Exception {
        connect(1600, 1500);
        start(ROUTER);
        knowGateway();
        int count = 5000;
        try (DatagramChannel server = open(core, Packets6.SERVER);
                DatagramChannel subscriber = open(access, Packets6.HOST)) {
            BitSet arrived = new BitSet();
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ByteBuffer datagram = ByteBuffer.allocate(1000).putInt(0, i);
                subscriber.send(datagram, server.getLocalAddress());
                if (i % 50 == 49) {
                    receive(server, order, i + 1);
                }
            }
            order.forEach(arrived::set);
            assertThat(arrived.cardinality()).isEqualTo(count);
            assertThat(order).isSorted();
        }
    }

    private static DatagramChannel open(Namespace namespace, Ip6 address) throws Exception {
        return namespace.call(() -> {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress(
                    InetAddress.getByAddress(address.toBytes().toArray()), 0));
            channel.configureBlocking(false);
            return channel;
        });
    }

    /** Takes datagrams until so many have come, or no more come. */
    private static void receive(DatagramChannel channel, List<Integer> order, int until) throws Exception {
        ByteBuffer datagram = ByteBuffer.allocate(2000);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            while (order.size() < until) {
                if (channel.receive(datagram.clear()) != null) {
                    order.add(datagram.getInt(0));
                } else if (selector.select(PATIENCE.toMillis()) == 0) {
                    return;
                }
                selector.selectedKeys().clear();
            }
        }
    }

    @Test
    void subscriberLearnsWhatTheCoreCarries() throws Exception {
        connect(1600, 1400);
        start(ROUTER);
        knowGateway();
        String said = ping(access, "-c", "6", "-i", "0.05", "-s", "1500", Packets6.SERVER.toString());
        assertThat(said).contains("Packet too big: mtu=1400").contains("2001:db8:99::1");
        assertThat(access.ip("route", "get", Packets6.SERVER.toString())).contains("mtu 1400");
        assertThat(ping(access, "-c", "3", "-i", "0.01", "-s", "1500", Packets6.SERVER.toString()))
                .contains("3 received"); // in fragments
    }

    @Test
    void coreLearnsWhatTheLineCarries() throws Exception {
        connect(1400, 1500);
        start(ROUTER);
        knowGateway();
        String said = ping(
                core,
                "-c",
                "6",
                "-i",
                "0.05",
                "-s",
                "1440",
                "-I",
                Packets6.SERVER.toString(),
                Packets6.HOST.toString());
        assertThat(said).contains("Packet too big: mtu=1400").contains("2001:db8:99::1");
        assertThat(ping(
                        core,
                        "-c",
                        "3",
                        "-i",
                        "0.01",
                        "-s",
                        "1440",
                        "-I",
                        Packets6.SERVER.toString(),
                        Packets6.HOST.toString()))
                .contains("3 received");
    }

    @Test
    void hopsThatAreUsedUpAreToldByTheGateway() throws Exception {
        connect(1600, 1500);
        start(ROUTER);
        knowGateway();
        assertThat(ping(access, "-c", "2", "-i", "0.01", "-t", "1", Packets6.SERVER.toString()))
                .contains("2001:db8:99::1")
                .contains("Time exceeded");
    }

    @Test
    void discoveryOfTheKernelComesToTheControlPlaneAndItsAnswerIsBelieved() throws Exception {
        connect(1600, 1500);
        XdpDataPlane dataPlane = start(ROUTER);
        Process ping = access.start("ping", "-6", "-n", "-c", "1", "-W", "5", gatewayLinkLocal + "%acc0");
        Frame solicitation = punted(
                dataPlane,
                frame -> type(frame) == 135
                        && Bytes.copyOf(frame.toArray(), ND_TYPE_AT + 8, Ip6.LENGTH)
                                .equals(gatewayLinkLocal.toBytes()));
        assertThat(dataPlane.send(new Frame(0, advertisement(solicitation.bytes()))))
                .isTrue();
        dataPlane.flush();
        Frame request = punted(dataPlane, frame -> type(frame) == 128);
        assertThat(request.bytes().slice(0, 6)).isEqualTo(trunkMac.toBytes());
        ping.destroy();
        ping.waitFor();
    }

    private static int type(Bytes frame) {
        boolean icmp = frame.length() > ND_TYPE_AT && frame.slice(12, 2).equals(Bytes.fromHex("86dd"));
        return icmp && frame.at(14 + 6) == Packets6.ICMP ? frame.at(ND_TYPE_AT) & 0xff : 0;
    }

    private static Frame punted(XdpDataPlane dataPlane, Predicate<Bytes> wanted) {
        List<Frame> found = new ArrayList<>();
        for (int i = 0; i < TRIES && found.isEmpty(); i++) {
            dataPlane.await(PATIENCE);
            dataPlane.poll(
                    (port, memory, offset, length) -> {
                        Bytes frame = copy(memory, offset, length);
                        if (wanted.test(frame)) {
                            found.add(new Frame(port, frame));
                        }
                    },
                    64);
        }
        assertThat(found).isNotEmpty();
        return found.getFirst();
    }

    private static Bytes copy(MemorySegment memory, long offset, int length) {
        return Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer());
    }

    private static Ip6 address(Bytes bytes) {
        ByteBuffer halves = ByteBuffer.wrap(bytes.toArray());
        return new Ip6(halves.getLong(), halves.getLong());
    }

    /** RFC 4861, 4.4: router, solicited, override; with our link-layer address. */
    private Bytes advertisement(Bytes solicitation) {
        Bytes body = Bytes.fromHex("e0000000")
                .plus(gatewayLinkLocal.toBytes())
                .plus(Bytes.fromHex("0201"))
                .plus(trunkMac.toBytes());
        Ip6 asker = address(solicitation.slice(22, Ip6.LENGTH));
        Bytes packet = Packets6.icmp(gatewayLinkLocal, asker, 255, 136, 0, body);
        return Packets6.frame(subscriberMac, trunkMac, List.of(), packet);
    }
}
