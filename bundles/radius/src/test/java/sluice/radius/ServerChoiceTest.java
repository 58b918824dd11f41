package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.radius.packet.Packets;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.Outcome;
import sluice.testkit.ManualClock;

/** How requests are shared among servers, in time that the test moves. */
class ServerChoiceTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final ManualClock clock = new ManualClock();
    private UdpServer first;
    private UdpServer second;
    private RadiusClient client;

    @BeforeEach
    void start() throws Exception {
        first = new UdpServer("one");
        second = new UdpServer("two");
        client = client(Balance.FIRST, Duration.ZERO);
    }

    @AfterEach
    void stop() {
        client.close();
        first.close();
        second.close();
    }

    @Test
    void roundRobinAsksOneAfterTheOther() throws Exception {
        use(Balance.ROUND_ROBIN, Duration.ZERO);
        client.add(first.settings("a", 1));
        client.add(second.settings("b", 1));
        for (int i = 0; i < 4; i++) {
            CompletableFuture<Outcome> one = ask();
            CompletableFuture<Outcome> other = ask();
            first.accept(first.take());
            second.accept(second.take());
            assertThat(get(one)).isInstanceOf(Outcome.Accepted.class);
            assertThat(get(other)).isInstanceOf(Outcome.Accepted.class);
        }
    }

    @Test
    void leastOutstandingPassesOverTheOneThatIsSlow() throws Exception {
        use(Balance.LEAST_OUTSTANDING, Duration.ZERO);
        client.add(first.settings("a", 1));
        client.add(second.settings("b", 1));
        CompletableFuture<Outcome> slow = ask();
        UdpServer.Question question = first.take();
        for (int i = 0; i < 5; i++) {
            CompletableFuture<Outcome> quick = ask();
            second.accept(second.take());
            assertThat(get(quick)).isInstanceOf(Outcome.Accepted.class);
        }
        first.accept(question);
        assertThat(get(slow)).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void firstByNameIsAskedAloneWhileItIsUp() throws Exception {
        use(Balance.FIRST, Duration.ZERO);
        client.add(second.settings("b", 1));
        client.add(first.settings("a", 1));
        List<CompletableFuture<Outcome>> asked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            asked.add(ask());
            first.take();
        }
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        assertThat(second.hasMore()).isFalse();
    }

    @Test
    void serverAtItsLimitIsPassedOverAndWhenAllAreTheRequestWaits() throws Exception {
        use(Balance.FIRST, Duration.ZERO);
        client.add(limited(first.settings("a", 1), 2));
        client.add(limited(second.settings("b", 2), 1));
        List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiting.add(ask());
        }
        UdpServer.Question one = first.take();
        first.take();
        second.take();
        awaitQueued();
        assertThat(first.hasMore()).isFalse();
        first.accept(one);
        first.accept(first.take());
        assertThat(get(waiting.get(0))).isInstanceOf(Outcome.Accepted.class);
        assertThat(get(waiting.get(3))).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void requestThatFoundNoRoomForFiveSecondsIsAnsweredByNobody() throws Exception {
        use(Balance.FIRST, Duration.ZERO);
        client.add(limited(first.settings("a", 1), 1));
        CompletableFuture<Outcome> holds = ask();
        CompletableFuture<Outcome> waits = ask();
        first.take();
        awaitQueued();
        clock.advance(Duration.ofSeconds(3));
        first.take();
        clock.advance(Duration.ofSeconds(2));
        assertThat(get(waits)).isInstanceOf(Outcome.Unanswered.class);
        assertThat(holds).isNotDone();
    }

    @Test
    void idleServerIsAskedByStatusServerAndIsDownWhenItStopsToAnswer() throws Exception { // RFC 5997
        use(Balance.FIRST, Duration.ofSeconds(10));
        client.add(authenticating(first.settings("a", 1)));
        UdpServer.Question status = first.take();
        assertThat(status.packet().at(0)).isEqualTo(Packets.STATUS_SERVER);
        first.accept(status);
        await(LinkCounter.STATUS_ANSWERED, 1);
        clock.advance(Duration.ofSeconds(11));
        for (int i = 0; i < 3; i++) {
            assertThat(first.take().packet().at(0)).isEqualTo(Packets.STATUS_SERVER);
            clock.advance(TIMEOUT);
        }
        while (!link().state().equals("down")) {
            Thread.onSpinWait();
        }
        clock.advance(Duration.ofSeconds(10));
        first.accept(first.take());
        while (!link().state().equals("up")) {
            Thread.onSpinWait();
        }
    }

    @Test
    void serverThatDoesNotKnowStatusServerIsNotDownForIt() throws Exception {
        use(Balance.FIRST, Duration.ofSeconds(10));
        client.add(authenticating(first.settings("a", 1)));
        for (int i = 0; i < 3; i++) {
            first.take();
            clock.advance(TIMEOUT);
        }
        await(LinkCounter.TIME_OUTS, 3);
        assertThat(link().state()).isEqualTo("up");
    }

    @Test
    void usersOfARealmAreAskedAboutAtItsServersAloneAndAllOthersElsewhere() throws Exception {
        client.add(first.settings("a", 1));
        client.add(ofRealms(second.settings("b", 2), "isp.example", "other.example"));
        for (String user : List.of("bob@isp.example", "bob@ISP.Example", "a@b@other.example")) {
            CompletableFuture<Outcome> verdict = ask(user);
            second.accept(second.take());
            assertThat(get(verdict)).as(user).isInstanceOf(Outcome.Accepted.class);
        }
        for (String user :
                List.of("bob", "bob@", "isp.example", "bob@third.example", "bob@isp.example@third.example")) {
            CompletableFuture<Outcome> verdict = ask(user);
            first.accept(first.take());
            assertThat(get(verdict)).as(user).isInstanceOf(Outcome.Accepted.class);
        }
        assertThat(first.hasMore()).isFalse();
        assertThat(second.hasMore()).isFalse();
    }

    @Test
    void realmWhoseServersAreSilentIsNotAskedAboutElsewhere() throws Exception {
        client.add(first.settings("a", 1));
        client.add(ofRealms(second.settings("b", 1), "isp.example"));
        CompletableFuture<Outcome> verdict = ask("bob@isp.example");
        for (int i = 0; i < 3; i++) {
            second.take();
            clock.advance(TIMEOUT);
        }
        assertThat(get(verdict)).isInstanceOf(Outcome.Unanswered.class);
        assertThat(first.hasMore()).isFalse();
    }

    @Test
    void whoHasNoServerBecauseAllAreOfOtherRealmsIsToldSo() throws Exception {
        client.add(ofRealms(first.settings("a", 1), "isp.example"));
        assertThat(get(ask())).isInstanceOf(Outcome.Unanswered.class);
        assertThat(client.counters().get(RadiusCounter.NO_SERVER)).isOne();
    }

    private void awaitQueued() {
        while (client.counters().get(RadiusCounter.QUEUED) < 1) {
            Thread.onSpinWait();
        }
    }

    private void await(LinkCounter counter, long count) {
        while (link().counters().get(counter) < count) {
            Thread.onSpinWait();
        }
    }

    private ServerLink link() {
        return client.loop().links().getFirst();
    }

    private static ServerSettings limited(ServerSettings settings, int inFlight) {
        return with(settings, settings.acctPort(), inFlight);
    }

    private static ServerSettings authenticating(ServerSettings settings) {
        return with(settings, 0, 0);
    }

    private static ServerSettings with(ServerSettings settings, int acctPort, int inFlight) {
        return new ServerSettings(
                settings.name(),
                settings.host(),
                settings.authPort(),
                acctPort,
                settings.secret(),
                settings.timeout(),
                settings.tries(),
                settings.messageAuthenticatorDemanded(),
                settings.priority(),
                inFlight,
                Optional.empty(),
                settings.realms());
    }

    private static ServerSettings ofRealms(ServerSettings settings, String... realms) {
        return new ServerSettings(
                settings.name(),
                settings.host(),
                settings.authPort(),
                settings.acctPort(),
                settings.secret(),
                settings.timeout(),
                settings.tries(),
                settings.messageAuthenticatorDemanded(),
                settings.priority(),
                settings.inFlightMax(),
                Optional.empty(),
                Set.of(realms));
    }

    private RadiusClient client(Balance balance, Duration statusTime) {
        return new RadiusClient(
                Samples.settings(),
                Samples.loop(2, 4096, statusTime, balance),
                RadiusDictionary.builtIn(),
                clock,
                clock.wall(),
                new SecureRandom());
    }

    private void use(Balance balance, Duration statusTime) {
        client.close();
        client = client(balance, statusTime);
    }

    private CompletableFuture<Outcome> ask() {
        return ask("alice");
    }

    private CompletableFuture<Outcome> ask(String user) {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        client.authenticate(Samples.request(user), verdict::complete);
        return verdict;
    }

    private static Outcome get(CompletableFuture<Outcome> verdict) throws Exception {
        return verdict.get(10, TimeUnit.SECONDS);
    }
}
