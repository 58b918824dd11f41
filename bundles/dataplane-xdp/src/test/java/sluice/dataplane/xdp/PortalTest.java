package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sluice.dataplane.api.Allowed;
import sluice.dataplane.api.Garden;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.loop.Closer;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MacAddress;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PuntLimits;
import sluice.platform.api.HardwareProfile;
import sluice.testkit.Namespace;

/** A walled subscriber's web client and a portal's web server, both the real thing, and the data plane between them. */
@Timeout(90)
final class PortalTest {

    private static final Path PINS = Privileged.pins("portal");
    private static final int GARDEN = 7;
    private static final long SESSION = 3;
    private static final HardwareProfile HARDWARE =
            new HardwareProfile("test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0"), List.of("core0"));

    @TempDir
    private Path pages;

    private final Closer closer = new Closer();
    private Namespace subscriber;
    private Namespace core;
    private XdpDataPlane dataPlane;
    private MacAddress mac;

    @BeforeEach
    void build() throws Exception {
        Privileged.assumeNamespaces();
        Pins.remove(PINS);
        closer.add(() -> Pins.remove(PINS));
        Namespace gateway = closer.add(new Namespace("xdpp-gw"));
        subscriber = closer.add(new Namespace("xdpp-sub"));
        core = closer.add(new Namespace("xdpp-core"));
        Namespace.connect(gateway, "trunk0", subscriber, "acc0", 1600);
        Namespace.connect(gateway, "core0", core, "net0", 1500);
        gateway.ip("address", "add", "10.99.0.1/24", "dev", "core0");
        core.ip("address", "add", "10.99.0.2/24", "dev", "net0");
        core.ip("address", "add", "192.0.2.10/32", "dev", "lo");
        core.ip("address", "add", "192.0.2.20/32", "dev", "lo");
        core.ip("route", "add", "10.64.0.0/22", "via", "10.99.0.1");
        subscriber.ip("link", "set", "acc0", "mtu", "1500");
        subscriber.ip("address", "add", Packets.SUBSCRIBER + "/22", "dev", "acc0");
        subscriber.ip("route", "add", "default", "via", Packets.GATEWAY.toString());
        listenTo(subscriber, "acc0");
        listenTo(core, "net0");
        mac = subscriber.call(() -> NetworkDevice.of("acc0")).mac();
        XdpSettings settings = new XdpSettings(
                List.of(Ip4.parse("10.99.0.2")), PINS.resolve("plane"), XdpLinks.Mode.NATIVE, 4096, PuntLimits.DEFAULT);
        dataPlane = gateway.call(() -> new XdpDataPlane(HARDWARE, settings));
        closer.add(dataPlane::close);
        dataPlane.networks(List.of(new NetworkEntry(Ip4Prefix.parse("10.64.0.0/22"), Packets.GATEWAY)));
        dataPlane.gardens(List.of(new Garden(
                GARDEN,
                List.of(Allowed.parse("192.0.2.20 tcp/8081")),
                Optional.of(new Garden.Portal(Ip4.parse("192.0.2.10"), 8080)))));
    }

    @AfterEach
    void tearDown() {
        closer.close();
    }

    /** The program without which a veth takes no redirected frames. */
    private void listenTo(Namespace namespace, String device) throws Exception {
        BpfObject object = BpfObject.ofBundle();
        Pins pins = new Pins(PINS.resolve(device), object.layoutVersion());
        LoadedObject peer = closer.add(new LoadedObject(object, pins, Map.of()));
        int index = namespace.call(() -> NetworkDevice.of(device)).ifindex();
        int link = namespace.call(() -> Bpf.attach(peer.program("peer"), index, Bpf.XDP_NATIVE));
        closer.add(() -> Libc.close(link));
    }

    private void serve(String address, int port, String page) throws IOException {
        Path directory = Files.createDirectories(pages.resolve(address));
        Files.writeString(directory.resolve("index.html"), page);
        Process server = core.start(
                "python3",
                "-m",
                "http.server",
                Integer.toString(port),
                "--bind",
                address,
                "--directory",
                directory.toString());
        closer.add(server::destroy);
    }

    private String get(String url) {
        return subscriber.exec(
                "curl", "-s", "--retry", "15", "--retry-connrefused", "--retry-delay", "1", "--max-time", "20", url);
    }

    private void install(Access access) throws Exception {
        dataPlane.install(new SubscriberEntry(
                SESSION,
                0,
                Packets.UNTAGGED,
                mac,
                0,
                Packets.SUBSCRIBER,
                List.of(),
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN.withAccess(access, access == Access.WALLED ? GARDEN : 0)));
    }

    private Traffic traffic() {
        return dataPlane.read(SESSION, Packets.SUBSCRIBER).orElseThrow();
    }

    @Test
    void browserIsShownThePortalAndReachesWhatIsAllowed() throws Exception {
        String page = "Please pay. ".repeat(500);
        serve("192.0.2.10", 8080, page);
        serve("192.0.2.20", 8081, "The bank");
        install(Access.WALLED);
        assertThat(get("http://203.0.113.80/")).isEqualTo(page);
        assertThat(get("http://198.51.100.1/")).isEqualTo(page);
        assertThat(get("http://192.0.2.10:8080/")).isEqualTo(page);
        assertThat(get("http://192.0.2.20:8081/")).isEqualTo("The bank");
        long before = traffic().refused();
        assertThatThrownBy(() -> subscriber.exec("curl", "-s", "--max-time", "2", "http://192.0.2.20:8080/"))
                .isInstanceOf(IllegalStateException.class);
        assertThat(traffic().refused()).isGreaterThan(before);
        assertThat(traffic().downloadBytes()).isGreaterThan(3L * page.length());
    }

    @Test
    void blockedBrowserSeesNothingUntilItIsOpenAgain() throws Exception {
        serve("192.0.2.20", 8081, "The bank");
        install(Access.BLOCKED);
        assertThatThrownBy(() -> subscriber.exec("curl", "-s", "--max-time", "2", "http://192.0.2.20:8081/"))
                .isInstanceOf(IllegalStateException.class);
        assertThat(traffic().refused()).isPositive();
        assertThat(traffic().uploadPackets()).isZero();
        install(Access.OPEN);
        assertThat(get("http://192.0.2.20:8081/")).isEqualTo("The bank");
    }
}
