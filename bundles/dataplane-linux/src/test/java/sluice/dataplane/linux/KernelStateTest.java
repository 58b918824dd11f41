package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;
import sluice.platform.api.HardwareProfile;
import sluice.testkit.Namespace;

/** What is in the kernel after calls, restarts and accidents. */
@Timeout(60)
final class KernelStateTest {

    private static final HardwareProfile HARDWARE =
            new HardwareProfile("test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0"), List.of("core0"));
    private static final NetworkEntry NETWORK =
            new NetworkEntry(Ip4Prefix.parse("10.64.0.0/22"), Ip4.parse("10.64.0.1"));
    private static final SubscriberEntry ENTRY = new SubscriberEntry(
            7,
            0,
            List.of(),
            MacAddress.parse("02:00:00:00:01:01"),
            Ip4.parse("10.64.0.10"),
            new Policer(8_000_000, 30_000),
            Policer.UNLIMITED);

    private final Closer closer = new Closer();
    private Namespace gateway;
    private Namespace peers;

    @BeforeEach
    void build() {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nft(8)");
        try {
            new NetlinkSocket("nftables", NetlinkSocket.NETFILTER).close();
        } catch (KernelException refusal) {
            assumeTrue(false, "needs root: " + refusal.getMessage());
        }
        gateway = closer.add(new Namespace("lxk-gw"));
        peers = closer.add(new Namespace("lxk-far"));
        Namespace.connect(gateway, "trunk0", peers, "acc0", 1500);
        Namespace.connect(gateway, "core0", peers, "net0", 1500);
        gateway.ip("address", "add", "10.99.0.1/24", "dev", "core0");
    }

    @AfterEach
    void tearDown() {
        closer.close();
    }

    private LinuxDataPlane start(String... gateways) throws Exception {
        return start(HARDWARE, gateways);
    }

    private LinuxDataPlane start(HardwareProfile hardware, String... gateways) throws Exception {
        LinuxSettings settings =
                new LinuxSettings(List.of(gateways).stream().map(Ip4::parse).toList(), 64, Shaping.POLICER);
        return gateway.call(
                () -> new LinuxDataPlane(hardware, settings, MonotonicClock.system(), new SplittableRandom(1)));
    }

    private String nft(String... arguments) {
        return gateway.exec("nft", arguments);
    }

    @Test
    void interfaceThatCameAnewGetsItsSubscribersBack() throws Exception {
        LinuxDataPlane first = start();
        first.install(ENTRY);
        first.close();
        gateway.ip("link", "delete", "trunk0");
        Namespace.connect(gateway, "trunk0", peers, "acc1", 1500);
        assertThat(gateway.ip("route", "show", "table", "6400")).isEmpty();
        LinuxDataPlane second = start();
        closer.add(second::close);
        assertThat(gateway.ip("route", "show", "table", "6400")).contains("10.64.0.10 dev trunk0");
        assertThat(gateway.ip("neighbour", "show", "dev", "trunk0")).contains("02:00:00:00:01:01 PERMANENT");
        assertThat(nft("list", "map", "inet", "sluice", "from4_32"))
                .contains("\"trunk0\" . 0x00000000 . 02:00:00:00:01:01 . 10.64.0.10 : 0x00000001");
    }

    private static HardwareProfile access(String... interfaces) {
        return new HardwareProfile(
                HARDWARE.name(), HARDWARE.bngId(), HARDWARE.nasAddress(), List.of(interfaces), HARDWARE.core());
    }

    @Test
    void positionOfAnInterfaceWithSubscribersDoesNotBecomeAnothers() throws Exception {
        gateway.ip("link", "add", "trunk1", "type", "veth", "peer", "name", "acc1");
        gateway.ip("link", "set", "trunk1", "up");
        LinuxDataPlane first = start();
        first.install(ENTRY);
        first.close();
        for (HardwareProfile other : List.of(access("trunk1", "trunk0"), access("trunk1"))) {
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> start(other))
                    .withMessageContaining("interface 0 was \"trunk0\"");
        }
        LinuxDataPlane appended = start(access("trunk0", "trunk1"));
        assertThat(appended.entries()).containsExactly(ENTRY);
        appended.remove(7, ENTRY.address());
        appended.close();
        start(access("trunk1", "trunk0")).close();
    }

    @Test
    void removedSubscriberLeavesNothing() throws Exception {
        LinuxDataPlane dataPlane = start();
        closer.add(dataPlane::close);
        String before = nft("list", "table", "inet", "sluice");
        dataPlane.install(ENTRY);
        assertThat(nft("list", "table", "inet", "sluice")).contains("session=7 port=0");
        dataPlane.remove(7, ENTRY.address());
        assertThat(nft("list", "table", "inet", "sluice")).isEqualTo(before);
        assertThat(gateway.ip("route", "show", "table", "6400")).isEmpty();
        assertThat(gateway.ip("neighbour", "show", "dev", "trunk0")).isEmpty();
    }

    @Test
    void networkInUseStaysAndOthersGo() throws Exception {
        LinuxDataPlane dataPlane = start();
        closer.add(dataPlane::close);
        dataPlane.networks(List.of(NETWORK));
        dataPlane.install(ENTRY);
        dataPlane.networks(List.of());
        assertThat(gateway.ip("address", "show", "dev", "lo")).contains("10.64.0.1/32");
        dataPlane.remove(7, ENTRY.address());
        dataPlane.networks(List.of());
        assertThat(gateway.ip("address", "show", "dev", "lo")).doesNotContain("10.64.0.1/32");
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> dataPlane.networks(
                        List.of(NETWORK, new NetworkEntry(Ip4Prefix.parse("10.64.1.0/24"), Ip4.parse("10.64.1.1")))))
                .matches(failure -> failure.reason() == Reason.NETWORK_OVERLAPS);
    }

    @Test
    void wayUpstreamIsOfItsOwnTableAndGoesWithTheSetting() throws Exception {
        start("10.99.0.2").close();
        assertThat(gateway.ip("route", "show", "table", "6400")).contains("default via 10.99.0.2 dev core0");
        assertThat(gateway.ip("route", "show")).doesNotContain("default");
        start().close();
        assertThat(gateway.ip("route", "show", "table", "6400")).isEmpty();
    }

    @Test
    void strictReversePathOfAllInterfacesBecomesThatOfEachOther() throws Exception {
        gateway.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1");
        gateway.ip("link", "add", "mgmt0", "type", "veth", "peer", "name", "mgmt1");
        gateway.exec("sysctl", "-qw", "net.ipv4.conf.mgmt0.rp_filter=0", "net.ipv4.conf.mgmt1.rp_filter=2");
        start().close();
        List<String> now = List.of("all", "trunk0", "core0", "mgmt0", "mgmt1").stream()
                .map(device -> gateway.exec("sysctl", "-n", "net.ipv4.conf." + device + ".rp_filter")
                        .strip())
                .toList();
        assertThat(now).containsExactly("0", "0", "0", "1", "2");
    }

    @Test
    void interfaceThatIsMissingIsNamed() {
        gateway.ip("link", "delete", "trunk0");
        assertThatExceptionOfType(KernelException.class).isThrownBy(this::start).withMessageContaining("trunk0");
    }
}
