package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.radius.packet.Packets;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.Authenticator;
import sluice.session.api.Outcome;
import sluice.testkit.ManualClock;

/** The client against servers of which the test makes every move, in time that the test moves. */
class RadiusClientTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final ManualClock clock = new ManualClock();
    private UdpServer first;
    private UdpServer second;
    private RadiusClient client;

    @BeforeEach
    void start() throws Exception {
        first = new UdpServer("one");
        second = new UdpServer("two");
        client = client(8, 4096);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        first.close();
        second.close();
    }

    @Test
    void acceptReachesWhoAsked() throws Exception {
        client.add(first.settings("a", 1));
        CompletableFuture<Outcome> verdict = ask("alice");
        first.accept(first.take(), UdpServer.text(11, "gold"));
        assertThat(policy(verdict)).isEqualTo("gold");
        assertThat(link(0).counters().get(LinkCounter.ACCEPTS)).isEqualTo(1);
        assertThat(client.inFlight()).isZero();
    }

    @Test
    void rejectReachesWhoAsked() throws Exception {
        client.add(first.settings("a", 1));
        CompletableFuture<Outcome> verdict = ask("alice");
        UdpServer.Question question = first.take();
        first.send(question, first.reply(question, 3, UdpServer.text(18, "unknown line")));
        assertThat(get(verdict)).isEqualTo(new Outcome.Rejected("unknown line"));
    }

    @Test
    void malformedAcceptIsARejectOfAServerThatIsUp() throws Exception { // RFC 2865, 5
        client.add(first.settings("a", 1));
        byte[] rate = Bytes.of(0, 0, 0xa8, 0xea, 1, 4, 0, 1).toArray(); // 43242, 1: two bytes instead of four
        for (int i = 0; i < 5; i++) {
            CompletableFuture<Outcome> verdict = ask("alice");
            first.accept(first.take(), UdpServer.octets(26, rate));
            assertThat(get(verdict)).isInstanceOf(Outcome.Rejected.class);
        }
        assertThat(link(0).state()).isEqualTo("up");
        assertThat(link(0).counters().get(LinkCounter.TIME_OUTS)).isZero();
        assertThat(client.reachability()).isEqualTo(Authenticator.Reachability.REACHED);
        assertThat(client.counters().get(RadiusCounter.MALFORMED_ACCEPTS)).isEqualTo(5);
        assertThat(first.hasMore()).isFalse();
    }

    @Test
    void sixHundredRequestsInFlightAreToldApart() throws Exception {
        client.add(first.settings("a", 1));
        List<CompletableFuture<Outcome>> verdicts = new ArrayList<>();
        List<UdpServer.Question> questions = new ArrayList<>();
        Set<String> identities = new HashSet<>();
        for (int i = 0; i < 600; i++) {
            verdicts.add(ask("user-" + i));
            UdpServer.Question question = first.take();
            questions.add(question);
            identities.add(question.from() + "/" + question.id());
        }
        assertThat(identities).hasSize(600);
        Collections.shuffle(questions, new Random(7));
        for (UdpServer.Question question : questions) {
            first.accept(question, UdpServer.text(11, question.text(1)));
        }
        for (int i = 0; i < 600; i++) {
            assertThat(policy(verdicts.get(i))).isEqualTo("user-" + i);
        }
        assertThat(client.inFlight()).isZero();
    }

    @Test
    void silentServerIsAskedAgainWithTheSameBytes() throws Exception { // RFC 2865, 2.5
        client.add(first.settings("a", 1));
        CompletableFuture<Outcome> verdict = ask("alice");
        UdpServer.Question once = first.take();
        clock.advance(TIMEOUT);
        UdpServer.Question again = first.take();
        assertThat(again.packet()).isEqualTo(once.packet());
        assertThat(again.from()).isEqualTo(once.from());
        first.accept(again);
        assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void afterThreeTriesTheSecondServerIsAskedWithItsOwnSecret() throws Exception {
        client.add(first.settings("a", 1));
        client.add(second.settings("b", 2));
        CompletableFuture<Outcome> verdict = ask("alice");
        for (int i = 0; i < 3; i++) {
            first.take();
            clock.advance(TIMEOUT);
        }
        UdpServer.Question moved = second.take();
        assertThat(moved.read().decodeRequest("two")).isNotNull();
        second.accept(moved, UdpServer.text(11, "from two"));
        assertThat(policy(verdict)).isEqualTo("from two");
        assertThat(client.counters().get(RadiusCounter.FAILOVERS)).isEqualTo(1);
        assertThat(link(0).state()).isEqualTo("down");
    }

    @Test
    void serverThatIsDownTakesEverybodyWithItAtOnceAndIsPassedOverThen() throws Exception {
        client.add(first.settings("a", 1));
        client.add(second.settings("b", 2));
        CompletableFuture<Outcome> early = ask("early");
        first.take();
        clock.advance(Duration.ofSeconds(2));
        CompletableFuture<Outcome> late = ask("late");
        first.take();
        clock.advance(Duration.ofSeconds(1));
        first.take();
        clock.advance(Duration.ofSeconds(2));
        first.take();
        clock.advance(Duration.ofSeconds(1));
        first.take();
        clock.advance(Duration.ofSeconds(3));
        second.accept(second.take());
        second.accept(second.take());
        assertThat(get(early)).isInstanceOf(Outcome.Accepted.class);
        assertThat(get(late)).isInstanceOf(Outcome.Accepted.class);
        CompletableFuture<Outcome> next = ask("next");
        second.accept(second.take());
        assertThat(get(next)).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void serverThatIsBackIsFoundByOneRequestAfterTheDeadTime() throws Exception {
        client.add(first.settings("a", 1));
        client.add(second.settings("b", 2));
        takeFirstDown();
        clock.advance(Duration.ofSeconds(30));
        CompletableFuture<Outcome> probe = ask("probe");
        UdpServer.Question question = first.take();
        CompletableFuture<Outcome> other = ask("other");
        second.accept(second.take());
        assertThat(get(other)).isInstanceOf(Outcome.Accepted.class);
        first.accept(question);
        assertThat(get(probe)).isInstanceOf(Outcome.Accepted.class);
        CompletableFuture<Outcome> next = ask("next");
        first.accept(first.take());
        assertThat(get(next)).isInstanceOf(Outcome.Accepted.class);
        assertThat(link(0).state()).isEqualTo("up");
    }

    @Test
    void onlyServerThatIsDownIsStillAskedOnce() throws Exception {
        client.add(first.settings("a", 1));
        CompletableFuture<Outcome> verdict = ask("alice");
        for (int i = 0; i < 3; i++) {
            first.take();
            clock.advance(TIMEOUT);
        }
        assertThat(get(verdict)).isInstanceOf(Outcome.Unanswered.class);
        CompletableFuture<Outcome> next = ask("bob");
        first.take();
        clock.advance(TIMEOUT);
        assertThat(get(next)).isInstanceOf(Outcome.Unanswered.class);
        CompletableFuture<Outcome> back = ask("carol");
        first.accept(first.take());
        assertThat(get(back)).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void repliesThatAreNoneAreCountedByReasonAndCostTheRequestNothing() throws Exception {
        client.add(first.settings("a", 1));
        CompletableFuture<Outcome> verdict = ask("alice");
        UdpServer.Question question = first.take();
        byte[] good = first.reply(question, 2, UdpServer.text(11, "gold"));
        first.send(question, Arrays.copyOf(good, 10));
        first.send(question, Arrays.copyOf(good, good.length - 1));
        first.send(question, second.reply(question, 2, UdpServer.text(11, "forged")));
        first.send(question, first.unsigned(question, 2, UdpServer.text(11, "unsigned")));
        first.send(question, first.reply(question, 5));
        byte[] unexpected = good.clone();
        unexpected[1] = (byte) (question.id() + 1);
        first.send(question, unexpected);
        byte[] oversized = new byte[4097];
        Packets.u16(oversized, Packets.LENGTH_AT, 4097);
        first.send(question, oversized);
        first.send(question, good);
        assertThat(policy(verdict)).isEqualTo("gold");
        first.send(question, good);
        fence();
        assertThat(refused(RefusedReply.TRUNCATED)).isEqualTo(2);
        assertThat(refused(RefusedReply.WRONG_AUTHENTICATOR)).isEqualTo(1);
        assertThat(refused(RefusedReply.NO_MESSAGE_AUTHENTICATOR)).isEqualTo(1);
        assertThat(refused(RefusedReply.WRONG_CODE)).isEqualTo(1);
        assertThat(refused(RefusedReply.UNEXPECTED)).isEqualTo(1);
        assertThat(refused(RefusedReply.OVERSIZED)).isEqualTo(1);
        assertThat(refused(RefusedReply.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void lateReplyIsCountedAndNobodyElseTakesIt() throws Exception {
        client.add(first.settings("a", 1));
        client.add(second.settings("b", 2));
        UdpServer.Question missed = takeFirstDown();
        first.accept(missed);
        clock.advance(Duration.ofSeconds(30));
        CompletableFuture<Outcome> probe = ask("probe");
        first.accept(first.take());
        assertThat(get(probe)).isInstanceOf(Outcome.Accepted.class);
        assertThat(refused(RefusedReply.LATE)).isEqualTo(1);
    }

    @Test
    void lateReplyUnderAnIdentifierThatIsInUseAgainIsNotTakenForForged() throws Exception {
        client.close();
        client = client(1, 4096);
        client.add(first.settings("a", 1));
        CompletableFuture<Outcome> given = ask("given up");
        UdpServer.Question missed = first.take();
        for (int i = 0; i < 2; i++) {
            clock.advance(TIMEOUT);
            first.take();
        }
        clock.advance(TIMEOUT);
        assertThat(get(given)).isInstanceOf(Outcome.Unanswered.class);
        List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
        List<UdpServer.Question> questions = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            waiting.add(ask("user-" + i));
            questions.add(first.take());
        }
        first.accept(missed);
        for (UdpServer.Question question : questions) {
            first.accept(question);
        }
        for (CompletableFuture<Outcome> verdict : waiting) {
            assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
        }
        assertThat(refused(RefusedReply.LATE)).isEqualTo(1);
        assertThat(refused(RefusedReply.WRONG_AUTHENTICATOR)).isZero();
    }

    @Test
    void unsignedReplyIsTakenFromAServerThatNeedNotSign() throws Exception {
        client.add(first.settings("old", 1, "one", false));
        CompletableFuture<Outcome> verdict = ask("alice");
        UdpServer.Question question = first.take();
        first.send(question, first.unsigned(question, 2, UdpServer.text(11, "silver")));
        assertThat(policy(verdict)).isEqualTo("silver");
    }

    @Test
    void wrongSecretLeavesTheRequestUnanswered() throws Exception {
        client.add(first.settings("a", 1, "another", true));
        CompletableFuture<Outcome> verdict = ask("alice");
        for (int i = 0; i < 3; i++) {
            first.accept(first.take());
            while (refused(RefusedReply.WRONG_AUTHENTICATOR) <= i) {
                Thread.onSpinWait();
            }
            clock.advance(TIMEOUT);
        }
        assertThat(get(verdict)).isInstanceOf(Outcome.Unanswered.class);
    }

    @Test
    void moreThanTheBoundIsRefusedAtOnce() throws Exception {
        client.close();
        client = client(1, 10);
        client.add(first.settings("a", 1));
        List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(ask("user-" + i));
        }
        assertThat(ask("one too many").getNow(new Outcome.Rejected("not yet"))).isInstanceOf(Outcome.Unanswered.class);
        assertThat(client.counters().get(RadiusCounter.OVERLOADED)).isEqualTo(1);
        for (int i = 0; i < 10; i++) {
            first.accept(first.take());
        }
        for (CompletableFuture<Outcome> verdict : waiting) {
            assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
        }
    }

    @Test
    void requestWithoutAnIdentifierGoesToTheNextServer() throws Exception {
        client.close();
        client = client(1, 4096);
        client.add(first.settings("a", 1));
        client.add(second.settings("b", 2));
        List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            waiting.add(ask("user-" + i));
            first.take();
        }
        CompletableFuture<Outcome> verdict = ask("one more");
        second.accept(second.take());
        assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
        assertThat(link(0).counters().get(LinkCounter.NO_ROOM)).isEqualTo(1);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void closingAnswersWhatIsInFlight() throws Exception {
        client.add(first.settings("a", 1));
        CompletableFuture<Outcome> verdict = ask("alice");
        first.take();
        client.close();
        assertThat(verdict.getNow(new Outcome.Rejected("not yet"))).isInstanceOf(Outcome.Unanswered.class);
        assertThat(ask("bob").getNow(new Outcome.Rejected("not yet"))).isInstanceOf(Outcome.Unanswered.class);
    }

    @Test
    void serverThatIsTakenAwayHandsItsRequestsOver() throws Exception {
        ServerSettings gone = first.settings("a", 1);
        client.add(gone);
        client.add(second.settings("b", 2));
        CompletableFuture<Outcome> verdict = ask("alice");
        first.take();
        client.remove(gone);
        second.accept(second.take());
        assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void withoutAServerNobodyAnswers() throws Exception {
        assertThat(get(ask("alice"))).isInstanceOf(Outcome.Unanswered.class);
        assertThat(client.counters().get(RadiusCounter.NO_SERVER)).isEqualTo(1);
    }

    @Test
    void portThatNobodyListensAtIsLeftForTheOtherServerAtOnce() throws Exception {
        ServerSettings dead = first.settings("a", 1);
        first.close();
        client.add(dead);
        client.add(second.settings("b", 2));
        CompletableFuture<Outcome> verdict = ask("alice");
        second.accept(second.take());
        assertThat(get(verdict)).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void tableShowsServersAndWhatTheyAnswered() throws Exception {
        client.add(first.settings("a", 1));
        CompletableFuture<Outcome> verdict = ask("alice");
        UdpServer.Question question = first.take();
        first.send(question, first.unsigned(question, 2));
        first.accept(question);
        get(verdict);
        List<String> row = new ServersTable(client).table().rows().getFirst();
        assertThat(row).contains("a", "auth", "up").last().asString().contains("no Message-Authenticator: 1");
    }

    private RadiusClient client(int sockets, int inFlight) {
        return new RadiusClient(
                Samples.settings(),
                Samples.loop(sockets, inFlight),
                RadiusDictionary.builtIn(),
                clock,
                clock.wall(),
                new SecureRandom());
    }

    private CompletableFuture<Outcome> ask(String userName) {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        client.authenticate(Samples.request(userName), verdict::complete);
        return verdict;
    }

    /**
     * The first server does not answer one request, which the second answers; the last that the first got is returned.
     */
    private UdpServer.Question takeFirstDown() throws Exception {
        CompletableFuture<Outcome> verdict = ask("victim");
        UdpServer.Question last = first.take();
        for (int i = 0; i < 2; i++) {
            clock.advance(TIMEOUT);
            last = first.take();
        }
        clock.advance(TIMEOUT);
        second.accept(second.take());
        get(verdict);
        return last;
    }

    /** Everything that the first server sent before was received when this returns. */
    private void fence() throws Exception {
        CompletableFuture<Outcome> verdict = ask("fence");
        first.accept(first.take());
        get(verdict);
    }

    private long refused(RefusedReply reason) {
        return link(0).refusedReplies().get(reason);
    }

    private ServerLink link(int index) {
        return client.loop().links().stream()
                .filter(link -> link.kind() == RequestKind.ACCESS)
                .toList()
                .get(index);
    }

    private static String policy(CompletableFuture<Outcome> verdict) throws Exception {
        return ((Outcome.Accepted) get(verdict)).authorization().policy().orElseThrow();
    }

    private static Outcome get(CompletableFuture<Outcome> verdict) throws Exception {
        return verdict.get(10, TimeUnit.SECONDS);
    }
}
