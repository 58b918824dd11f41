package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sluice.loop.MonotonicClock;
import sluice.platform.api.Secret;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.Outcome;

/** Several of the packaged FreeRADIUS, over IPv6, over TLS. */
@Timeout(120)
class FreeRadiusServersTest {

    private static final String PASSWORD = "of the operator";
    private static final String USERS = """
        alice Cleartext-Password := "of the operator"
        \tFilter-Id = "gold"
        DEFAULT Auth-Type := Reject
        """;

    private final List<FreeRadius> servers = new ArrayList<>();
    private RadiusClient client;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(
                FreeRadius.isInstalled(), "skipped: needs the package freeradius, and root to run it as its own user");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x")); // its own user comes by
        client = client(Duration.ofMillis(200));
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        servers.forEach(FreeRadius::close);
    }

    @Test
    void serverThatDiesWithRequestsInFlightCostsNobodyHisVerdictAndEachHasItsOwnSecret() throws Exception {
        FreeRadius first = start("first", InetAddress.getLoopbackAddress(), "the first secret");
        FreeRadius second = start("second", InetAddress.getLoopbackAddress(), "another one");
        client.add(first.settings("a", 1));
        client.add(second.settings("b", 2));
        List<CompletableFuture<Outcome>> verdicts = new ArrayList<>();
        Semaphore window = new Semaphore(100);
        for (int i = 0; i < 2000; i++) {
            if (i == 1000) {
                first.freeze();
            }
            if (i == 1050) {
                first.kill();
            }
            window.acquire();
            CompletableFuture<Outcome> verdict = ask();
            verdicts.add(verdict.whenComplete((outcome, failure) -> window.release()));
        }
        for (CompletableFuture<Outcome> verdict : verdicts) {
            assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
        }
        assertThat(link("a").state()).isEqualTo("down");
        assertThat(link("a").counters().get(LinkCounter.ACCEPTS)).isGreaterThanOrEqualTo(900);
        assertThat(link("b").counters().get(LinkCounter.ACCEPTS)).isGreaterThanOrEqualTo(900);
        assertThat(link("b").refusedReplies().get(RefusedReply.WRONG_AUTHENTICATOR))
                .isZero();
    }

    @Test
    void statusServerFindsOutThatAServerDiedAndIsBack() throws Exception {
        FreeRadius server = start("only", InetAddress.getLoopbackAddress(), "a secret");
        client.add(server.settings("a", 1));
        await(() -> link("a").counters().get(LinkCounter.STATUS_ANSWERED) > 2);
        server.kill();
        await(() -> link("a").state().equals("down"));
        server.start();
        await(() -> link("a").state().equals("up"));
        assertThat(link("a").counters().get(LinkCounter.REQUESTS)).isZero();
        assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void serversOfOnePriorityShareTheRequests() throws Exception {
        client.add(start("first", InetAddress.getLoopbackAddress(), "the first secret")
                .settings("a", 1));
        client.add(
                start("second", InetAddress.getLoopbackAddress(), "another one").settings("b", 1));
        List<CompletableFuture<Outcome>> verdicts = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            verdicts.add(ask());
        }
        for (CompletableFuture<Outcome> verdict : verdicts) {
            assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
        }
        assertThat(link("a").counters().get(LinkCounter.ACCEPTS)).isBetween(50L, 350L);
        assertThat(link("b").counters().get(LinkCounter.ACCEPTS)).isBetween(50L, 350L);
    }

    @Test
    void serverIsReachedOverIp6() throws Exception {
        FreeRadius server = start("six", InetAddress.ofLiteral("::1"), "a secret");
        client.add(server.settings("a", 1));
        assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
        assertThat(link("a").toString()).contains("[0:0:0:0:0:0:0:1]:");
    }

    @Test
    void namedInterfaceGivesTheSourceAddress() throws Exception {
        client.close();
        LoopSettings settings =
                new LoopSettings(LinkSource.of("", "lo"), 2, 100, Duration.ofSeconds(1), Duration.ZERO, Balance.FIRST);
        client = client(settings);
        FreeRadius server = start("only", InetAddress.getLoopbackAddress(), "a secret");
        client.add(server.settings("a", 1));
        assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void tlsWithCertificatesOnBothSidesCarriesBothServices() throws Exception { // RFC 6614
        Certificates certificates = Certificates.make(directory.resolve("tls"))
                .with("server", "IP:127.0.0.1")
                .with("gateway", "DNS:bng-01.example.net");
        FreeRadius server = startTls(certificates);
        client.add(server.settings(
                TlsSettings.of(certificates.authority(), certificates.identity("gateway"), "127.0.0.1")));
        List<CompletableFuture<Outcome>> verdicts = new ArrayList<>();
        for (int i = 0; i < 1000; i++) { // four times what one connection may have in flight
            verdicts.add(ask());
        }
        for (CompletableFuture<Outcome> verdict : verdicts) {
            assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
        }
        assertThat(link("radsec").counters().get(LinkCounter.SENT_AGAIN)).isZero();
        assertThat(client.loop().links())
                .hasSize(2)
                .allMatch(link -> link.state().equals("up"));
    }

    @Test
    void tlsConnectionIsMadeAgainAfterTheServerWasAway() throws Exception {
        Certificates certificates = Certificates.make(directory.resolve("tls"))
                .with("server", "IP:127.0.0.1")
                .with("gateway", "DNS:bng-01.example.net");
        FreeRadius server = startTls(certificates);
        client.add(server.settings(
                TlsSettings.of(certificates.authority(), certificates.identity("gateway"), "127.0.0.1")));
        assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
        server.kill();
        await(() -> !link("radsec").state().equals("up"));
        server.start();
        await(() -> link("radsec").state().equals("up"));
        assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void connectionThatAFirewallForgotWithoutAWordIsMadeAnew() throws Exception { // RFC 3539, 3.4.1
        Certificates certificates = Certificates.make(directory.resolve("tls"))
                .with("server", "IP:127.0.0.1")
                .with("gateway", "DNS:bng-01.example.net");
        FreeRadius server = startTls(certificates);
        try (Firewall firewall = new Firewall(server.tlsAddress())) {
            client.add(server.settings(
                    TlsSettings.of(certificates.authority(), certificates.identity("gateway"), "127.0.0.1"),
                    firewall.port()));
            assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
            // the next is 200 ms away: an answer that comes after the requests would speak for the connection
            long answered = link("radsec").counters().get(LinkCounter.STATUS_ANSWERED);
            await(() -> link("radsec").counters().get(LinkCounter.STATUS_ANSWERED) > answered);
            firewall.forget();
            List<CompletableFuture<Outcome>> verdicts = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                verdicts.add(ask());
            }
            int served = 0;
            for (CompletableFuture<Outcome> verdict : verdicts) {
                served += get(verdict) instanceof Outcome.Accepted ? 1 : 0;
            }
            assertThat(served).as("all but the one whose time was over").isGreaterThanOrEqualTo(99);
            assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
            assertThat(link("radsec").counters().get(LinkCounter.CONNECTION_LOST))
                    .isEqualTo(1);
        }
    }

    @Test
    void serverThatIsSilentOnEveryConnectionIsDown() throws Exception {
        Certificates certificates = Certificates.make(directory.resolve("tls"))
                .with("server", "IP:127.0.0.1")
                .with("gateway", "DNS:bng-01.example.net");
        FreeRadius server = startTls(certificates);
        try (Firewall firewall = new Firewall(server.tlsAddress())) {
            client.add(server.settings(
                    TlsSettings.of(certificates.authority(), certificates.identity("gateway"), "127.0.0.1"),
                    firewall.port()));
            assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
            firewall.forgetAlways(true);
            assertThat(get(ask())).isInstanceOf(Outcome.Unanswered.class);
            await(() -> link("radsec").health().isDown());
            firewall.forgetAlways(false);
            await(() -> link("radsec").state().equals("up"));
            assertThat(get(ask())).isInstanceOf(Outcome.Accepted.class);
        }
    }

    @Test
    void tlsServerOfAnotherAuthorityOrNameIsNotTrustedAndWithoutCertificateWeAreNot() throws Exception {
        Certificates certificates = Certificates.make(directory.resolve("tls"))
                .with("server", "IP:127.0.0.1")
                .with("gateway", "DNS:bng-01.example.net");
        Certificates foreign = Certificates.make(directory.resolve("foreign")).with("gateway", "DNS:x.example.net");
        FreeRadius server = startTls(certificates);
        List<TlsSettings> refused = List.of(
                TlsSettings.of(foreign.authority(), certificates.identity("gateway"), "127.0.0.1"),
                TlsSettings.of(certificates.authority(), certificates.identity("gateway"), "radius.example.net"),
                TlsSettings.of(certificates.authority(), Optional.empty(), "127.0.0.1"),
                TlsSettings.of(certificates.authority(), foreign.identity("gateway"), "127.0.0.1"));
        for (TlsSettings how : refused) {
            ServerSettings settings = server.settings(how);
            client.add(settings);
            assertThat(get(ask())).isInstanceOf(Outcome.Unanswered.class);
            client.remove(settings);
        }
    }

    private FreeRadius start(String name, InetAddress address, String secret) throws IOException, InterruptedException {
        FreeRadius server = FreeRadius.start(directory.resolve(name), USERS, address, secret);
        servers.add(server);
        return server;
    }

    private FreeRadius startTls(Certificates certificates) throws IOException, InterruptedException {
        FreeRadius server = FreeRadius.startWithTls(certificates.directory(), USERS);
        servers.add(server);
        return server;
    }

    private static RadiusClient client(Duration statusTime) {
        return client(Samples.loop(8, 4096, statusTime, Balance.LEAST_OUTSTANDING));
    }

    private static RadiusClient client(LoopSettings settings) {
        return new RadiusClient(
                Samples.settings(new PasswordPolicy.Shared(new Secret(PASSWORD.getBytes(StandardCharsets.UTF_8)))),
                settings,
                RadiusDictionary.builtIn(),
                MonotonicClock.system(),
                InstantSource.system(),
                new SecureRandom());
    }

    private CompletableFuture<Outcome> ask() {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        client.authenticate(Samples.request("alice"), verdict::complete);
        return verdict;
    }

    private ServerLink link(String server) {
        return client.loop().links().stream()
                .filter(link -> link.server().name().equals(server) && link.kind() == RequestKind.ACCESS)
                .findFirst()
                .orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private static Outcome get(CompletableFuture<Outcome> verdict) throws Exception {
        return verdict.get(20, TimeUnit.SECONDS);
    }
}
