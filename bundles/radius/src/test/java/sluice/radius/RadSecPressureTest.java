package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sluice.loop.MonotonicClock;
import sluice.platform.api.Secret;
import sluice.radius.packet.Packets;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.Outcome;

/** A server that accepts the TLS connection and then reads when the test wants. */
@Timeout(60)
class RadSecPressureTest {

    /** Less than there are identifiers, so that only the connection can be full. */
    private static final int REQUESTS = 250;

    private static final int REQUEST_MIN = 1_600;
    /** What the kernel keeps on both sides, beside what we let wait. */
    private static final int KERNEL_MAX = 256 * 1024;

    /** Attributes of any text; a subscriber's device fills them as it likes. */
    private static final List<String> TEXTS = List.of(
            "DHCP-Hostname",
            "Callback-Number",
            "Callback-Id",
            "Connect-Info",
            "Configuration-Token",
            "Filter-Id",
            "Framed-Pool",
            "Reply-Message");

    private final Map<String, String> attributes = new HashMap<>();
    private final List<CompletableFuture<Outcome>> verdicts = new ArrayList<>();
    private DeafServer server;
    private RadiusClient client;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws Exception {
        TEXTS.forEach(name -> attributes.put(name, "x".repeat(250)));
        Certificates certificates = Certificates.make(directory.resolve("tls")).with("server", "IP:127.0.0.1");
        server = new DeafServer(certificates);
        client = new RadiusClient(
                Samples.settings(),
                Samples.loop(1, 4096),
                RadiusDictionary.builtIn(),
                MonotonicClock.system(),
                InstantSource.system(),
                new SecureRandom());
        client.add(new ServerSettings(
                "deaf",
                InetAddress.getLoopbackAddress(),
                server.port(),
                0,
                new Secret(TlsSettings.SECRET.getBytes(StandardCharsets.US_ASCII)),
                Duration.ofSeconds(60),
                1,
                true,
                1,
                0,
                Optional.of(TlsSettings.of(certificates.authority(), Optional.empty(), "127.0.0.1"))));
        for (int i = 0; i < REQUESTS; i++) {
            CompletableFuture<Outcome> verdict = new CompletableFuture<>();
            verdicts.add(verdict);
            client.authenticate(Samples.request("user" + i, Samples.LINE, attributes), verdict::complete);
        }
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void serverThatDoesNotReadGetsSoMuchAndWhoFindsNoRoomIsToldInTime() throws Exception {
        awaitFull();
        long sent = link().counters().get(LinkCounter.REQUESTS);
        assertThat(sent).isBetween(1L, REQUESTS - 1L);
        while (verdicts.stream().filter(CompletableFuture::isDone).count() < REQUESTS - sent) {
            Thread.onSpinWait();
        }
        assertThat(verdicts.stream().filter(CompletableFuture::isDone).map(CompletableFuture::join))
                .hasSize((int) (REQUESTS - sent))
                .allMatch(outcome -> outcome instanceof Outcome.Unanswered unanswered
                        && unanswered.reason().contains("as many requests as it may have"));
        assertThat(link().inFlight()).as("those that were sent wait on").isEqualTo((int) sent);
        assertThat(link().state()).isEqualTo("up");
        List<Integer> sizes = server.read((int) sent);
        assertThat(sizes).allMatch(size -> size >= REQUEST_MIN);
        assertThat(sizes.stream().mapToInt(size -> size).sum()).isLessThan(LinkStream.WAITING_MAX + KERNEL_MAX);
    }

    @Test
    void whatFoundNoRoomIsSentAsSoonAsTheServerReads() throws Exception {
        awaitFull();
        assertThat(server.read(REQUESTS)).hasSize(REQUESTS);
        assertThat(link().counters().get(LinkCounter.REQUESTS)).isEqualTo(REQUESTS);
        assertThat(verdicts).noneMatch(CompletableFuture::isDone);
    }

    /** Every request is sent, or waits for room. */
    private void awaitFull() {
        while (link().counters().get(LinkCounter.REQUESTS) + client.counters().get(RadiusCounter.QUEUED) < REQUESTS) {
            Thread.onSpinWait();
        }
        assertThat(client.counters().get(RadiusCounter.QUEUED)).isPositive();
    }

    private ServerLink link() {
        return client.loop().links().getFirst();
    }

    /** Accepts one connection. */
    private static final class DeafServer implements AutoCloseable {

        private static final int BUFFER = 4096;

        private final SSLServerSocket socket;
        private final CompletableFuture<SSLSocket> accepted = new CompletableFuture<>();
        private final Thread thread;

        DeafServer(Certificates certificates) throws IOException {
            Path directory = certificates.directory();
            JdkSslContext context = (JdkSslContext) SslContextBuilder.forServer(
                            directory.resolve("server.pem").toFile(),
                            directory.resolve("server.key").toFile())
                    .sslProvider(SslProvider.JDK)
                    .build();
            socket =
                    (SSLServerSocket) context.context().getServerSocketFactory().createServerSocket();
            socket.setReceiveBufferSize(BUFFER);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            thread = Thread.ofPlatform().name("deaf-server").daemon().start(this::accept);
        }

        private void accept() {
            try {
                SSLSocket connection = (SSLSocket) socket.accept();
                connection.startHandshake();
                accepted.complete(connection);
            } catch (IOException e) {
                accepted.completeExceptionally(e);
            }
        }

        int port() {
            return socket.getLocalPort();
        }

        /** Reads so many packets; their sizes. */
        List<Integer> read(int count) throws IOException, InterruptedException, ExecutionException, TimeoutException {
            SSLSocket connection = accepted.get(10, TimeUnit.SECONDS);
            connection.setSoTimeout(10_000);
            DataInputStream in = new DataInputStream(connection.getInputStream());
            List<Integer> sizes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                in.readUnsignedShort(); // code and identifier
                int size = in.readUnsignedShort();
                in.skipNBytes(size - Packets.LENGTH_AT - 2L);
                sizes.add(size);
            }
            return sizes;
        }

        @Override
        public void close() throws IOException {
            socket.close();
            if (accepted.isDone() && !accepted.isCompletedExceptionally()) {
                accepted.join().close();
            }
            thread.interrupt();
        }
    }
}
