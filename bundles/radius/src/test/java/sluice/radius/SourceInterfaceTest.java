package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.platform.api.Secret;
import sluice.radius.packet.Packets;
import sluice.radius.packet.RadiusDictionary;
import sluice.testkit.Namespace;

/** Two ways lead to the server, and the better one is not the one that the operator named. */
@Timeout(60)
class SourceInterfaceTest {

    private static final int PORT = 1812;
    private static final String SERVER = "203.0.113.9";
    private static final String SERVER_6 = "2001:db8:9::9";

    private final Closer closer = new Closer();
    private Namespace gateway;
    private Namespace east;
    private Namespace west;

    @TempDir
    private Path directory;

    @BeforeEach
    void build() {
        assumeTrue(
                System.getProperty("user.name", "").equals("root"), "skipped: needs root, to make network namespaces");
        gateway = closer.add(new Namespace("radius-gw"));
        east = closer.add(new Namespace("radius-east"));
        west = closer.add(new Namespace("radius-west"));
        way(east, "east0", 1);
        way(west, "west0", 2);
    }

    @AfterEach
    void tearDown() {
        closer.close();
    }

    @Test
    void requestLeavesByTheNamedInterfaceWithItsAddress() throws Exception {
        DatagramSocket better = hears(east, SERVER);
        DatagramSocket named = hears(west, SERVER);
        assertThat(ask(LinkSource.of("", "west0"), SERVER, named)).isEqualTo("198.51.2.1");
        assertThat(ask(LinkSource.of("", "east0"), SERVER, better)).isEqualTo("198.51.1.1");
        assertThat(ask(LinkSource.ANY, SERVER, better)).isEqualTo("198.51.1.1");
    }

    @Test
    void requestOverIp6LeavesByTheNamedInterface() throws Exception {
        assertThat(ask(LinkSource.of("", "west0"), SERVER_6, hears(west, SERVER_6)))
                .isEqualTo("2001:db8:2:0:0:0:0:1");
    }

    @Test
    void givenAddressGoesBeforeThatOfTheInterface() throws Exception {
        gateway.ip("address", "add", "192.0.2.1/32", "dev", "lo");
        west.ip("route", "add", "192.0.2.1/32", "via", "198.51.2.1");
        assertThat(ask(LinkSource.of("192.0.2.1", "west0"), SERVER, hears(west, SERVER)))
                .isEqualTo("192.0.2.1");
    }

    @Test
    void interfaceWithoutAddressIsAWayToo() throws Exception {
        gateway.ip("address", "add", "192.0.2.1/32", "dev", "lo");
        gateway.ip("address", "flush", "dev", "west0");
        gateway.ip("route", "add", SERVER, "dev", "west0", "src", "192.0.2.1", "metric", "9");
        west.ip("route", "add", "192.0.2.1/32", "dev", "peer0");
        assertThat(ask(LinkSource.of("", "west0"), SERVER, hears(west, SERVER))).isEqualTo("192.0.2.1");
    }

    @Test
    void interfaceThatIsNotThereGivesNoSocketAndIsNamed() throws Exception {
        RadiusClient client = client(LinkSource.of("", "nowhere0"));
        inside(client, server(SERVER, Optional.empty()));
        assertThat(client.loop().links().getFirst().state())
                .isEqualTo("no socket: interface nowhere0: setsockopt: no such device");
    }

    @Test
    void connectionOfTlsIsMadeByTheNamedInterface() throws Exception { // RFC 6614
        TlsSettings tls = TlsSettings.of(Certificates.make(directory).authority(), Optional.empty(), SERVER);
        ServerSocket named = closer.add(west.call(() -> new ServerSocket(PORT, 1, InetAddress.ofLiteral(SERVER))));
        closer.add(east.call(() -> new ServerSocket(PORT, 1, InetAddress.ofLiteral(SERVER))));
        RadiusClient client = client(LinkSource.of("", "west0"));
        inside(client, server(SERVER, Optional.of(tls)));
        try (Socket connection = named.accept()) {
            assertThat(connection.getInetAddress().getHostAddress()).isEqualTo("198.51.2.1");
        }
    }

    /** An interface of the gateway, on whose other side the server has its addresses. */
    private void way(Namespace there, String device, int number) {
        Namespace.connect(gateway, device, there, "peer0", 1500);
        gateway.ip("address", "add", "198.51." + number + ".1/24", "dev", device);
        there.ip("address", "add", "198.51." + number + ".2/24", "dev", "peer0");
        there.ip("address", "add", SERVER + "/32", "dev", "lo");
        gateway.ip("address", "add", "2001:db8:" + number + "::1/64", "dev", device, "nodad");
        there.ip("address", "add", "2001:db8:" + number + "::2/64", "dev", "peer0", "nodad");
        there.ip("address", "add", SERVER_6 + "/128", "dev", "lo", "nodad");
        String metric = Integer.toString(number);
        gateway.ip("route", "add", SERVER, "via", "198.51." + number + ".2", "metric", metric);
        gateway.ip("route", "add", SERVER_6, "via", "2001:db8:" + number + "::2", "metric", metric);
    }

    private DatagramSocket hears(Namespace there, String address) throws Exception {
        return closer.add(there.call(() -> new DatagramSocket(new InetSocketAddress(address, PORT))));
    }

    /** From where the request comes that the server hears. */
    private String ask(LinkSource source, String server, DatagramSocket hears) throws Exception {
        RadiusClient client = client(source);
        inside(client, server(server, Optional.empty()));
        client.authenticate(Samples.request("alice"), verdict -> {});
        DatagramPacket request = new DatagramPacket(new byte[Packets.MAX], Packets.MAX);
        hears.receive(request);
        return request.getAddress().getHostAddress();
    }

    private RadiusClient client(LinkSource source) {
        RadiusClient client = new RadiusClient(
                Samples.settings(),
                new LoopSettings(source, 1, 1, Duration.ofSeconds(30), Duration.ZERO, Balance.FIRST),
                RadiusDictionary.builtIn(),
                MonotonicClock.system(),
                InstantSource.system(),
                new SecureRandom());
        AutoCloseable closing = client::close;
        closer.add(closing);
        return client;
    }

    /** Its thread begins with the first server, so it is where that is added. */
    private void inside(RadiusClient client, ServerSettings server) throws Exception {
        gateway.call(() -> {
            client.add(server);
            return client;
        });
    }

    private static ServerSettings server(String address, Optional<TlsSettings> tls) {
        return new ServerSettings(
                "only",
                InetAddress.ofLiteral(address),
                PORT,
                0,
                new Secret(TlsSettings.SECRET.getBytes(StandardCharsets.UTF_8)),
                Duration.ofSeconds(20),
                1,
                true,
                1,
                0,
                tls);
    }
}
