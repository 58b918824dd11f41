package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import sluice.net.Ip4;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Policy;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.TerminateCause;

/** Ten thousand of one kind wait, or a hundred thousand, and another kind is served all the same. */
final class PriorityTest {

    private static final long MAC = 0x0200_0000_0007L;
    private static final int MANY = 10_000;
    private static final SessionId NOBODY = new SessionId(4711);

    private final Gateway gateway = new Gateway();
    private final List<CompletableFuture<CommandResult>> replies = new ArrayList<>();
    private Ip4 address = Ip4.ANY;

    @Test
    void disconnectIsServedInTheNextTurnWhileChangesWait() {
        SessionId session = online();
        gateway.policies.policies.put("slow", Policy.UNLIMITED);
        many(new Command.Change(NOBODY, AuthorizationChange.toPolicy("slow")));
        assertServedNextTurn(session);
    }

    @Test
    void disconnectIsServedInTheNextTurnWhileQuestionsToRadiusWait() {
        SessionId session = online();
        many(new Command.Reauthenticate(NOBODY));
        assertServedNextTurn(session);
    }

    @Test
    void disconnectIsServedInTheNextTurnWhileFramesAndListsWait() {
        SessionId session = online();
        for (int i = 0; i < 8_000; i++) {
            gateway.arrive(ScriptedProtocol.DISCOVER, 100 + i % 1_000, MAC + i, "c");
        }
        for (int i = 0; i < 1_000; i++) {
            gateway.shard.inbox().offer(Mail.CHORES, new Mail.Listed(info -> true, new CompletableFuture<>()));
        }
        assertServedNextTurn(session);
    }

    @Test
    void disconnectIsServedInTheNextTurnWhileAHundredThousandInterimsAreDueAtOnce() {
        gateway.interimsPerSecond = 1_000_000; // so that nothing but the turn limits them
        gateway.restart();
        SessionId session = online();
        Crowd.join(gateway, Crowd.MANY, Duration.ofMinutes(1));
        gateway.clock.advance(Duration.ofMinutes(1));
        for (int i = 0; i < 3; i++) {
            gateway.shard.turn(gateway.clock.millis());
        }
        long made = gateway.counted(SessionCounter.INTERIMS);
        assertThat(made).as("they are due, and some are made in each turn").isBetween(1L, 1_000L);
        assertEndedNextTurn(session);
        assertThat(gateway.counted(SessionCounter.INTERIMS) - made)
                .as("meanwhile the interims went on")
                .isBetween(1L, 1_000L);
        assertThat(gateway.shard.armedTimers()).isGreaterThan(Crowd.MANY / 2);
    }

    @Test
    void disconnectIsServedInTheNextTurnOfAStormOfFramesThatNeverEnds() {
        SessionId session = online();
        for (int turn = 0; turn < 50; turn++) {
            storm(turn);
            gateway.shard.turn(gateway.clock.millis());
        }
        storm(50);
        assertThat(gateway.shard.inbox().refused(Mail.FRAMES))
                .as("there is no room")
                .isPositive();
        assertEndedNextTurn(session);
    }

    @Test
    void disconnectIsServedInTheNextTurnAlsoWhenEveryFrameTakesLongerThanATurnMay() {
        SessionId session = online();
        gateway.protocol.work = () -> gateway.clock.advance(TurnBudget.TIME.multipliedBy(2));
        storm(0);
        int waiting = gateway.shard.inbox().size(Mail.FRAMES);
        gateway.shard.turn(gateway.clock.millis());
        assertThat(waiting - gateway.shard.inbox().size(Mail.FRAMES)).isEqualTo(TurnBudget.PIECE);
        assertEndedNextTurn(session);
    }

    @Test
    void burstOfDisconnectsStarvesNeitherFramesNorLists() {
        online();
        many(new Command.Disconnect(NOBODY, TerminateCause.ADMIN_RESET));
        gateway.arrive(ScriptedProtocol.DISCOVER, 8, MAC + 1, "c8");
        CompletableFuture<List<SessionInfo>> list = new CompletableFuture<>();
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Listed(info -> true, list));
        for (int turns = 0; turns < 4; turns++) {
            gateway.shard.turn(gateway.clock.millis());
        }
        assertThat(list).isDone();
        assertThat(gateway.radius.asked).hasSize(2);
        assertThat(replies).anyMatch(reply -> !reply.isDone());
    }

    @Test
    void commandThatFindsNoRoomIsRefusedAtOnce() {
        online();
        for (int i = 0; i < 2; i++) {
            many(new Command.Disconnect(NOBODY, TerminateCause.ADMIN_RESET));
        }
        assertThat(replies.getLast()).isCompletedWithValue(CommandResult.OVERLOADED);
        gateway.turn();
        assertThat(replies).allMatch(CompletableFuture::isDone);
    }

    private SessionId online() {
        address = gateway.online(7, MAC);
        return gateway.sessions().getFirst().id();
    }

    private void many(Command command) {
        for (int i = 0; i < MANY; i++) {
            replies.add(gateway.offer(command));
        }
    }

    private void assertServedNextTurn(SessionId session) {
        CompletableFuture<CommandResult> reply =
                gateway.offer(new Command.Disconnect(session, TerminateCause.ADMIN_RESET));
        gateway.shard.turn(gateway.clock.millis());
        assertThat(gateway.dataPlane.entries()).allMatch(entry -> !gateway.dataPlane.passes(entry.address()));
        gateway.shard.turn(gateway.clock.millis());
        assertThat(reply).as("the journal answers in the turn after").isCompletedWithValue(CommandResult.DONE);
        assertThat(gateway.shard.inbox().size()).as("the others wait").isGreaterThan(MANY / 2);
    }

    private void assertEndedNextTurn(SessionId session) {
        CompletableFuture<CommandResult> reply =
                gateway.offer(new Command.Disconnect(session, TerminateCause.ADMIN_RESET));
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        gateway.shard.turn(gateway.clock.millis());
        assertThat(gateway.dataPlane.passes(address)).as("no packet passes").isFalse();
        assertThat(gateway.journal.events(SessionEvent.STOP))
                .as("and it is durable")
                .hasSize(1);
        gateway.shard.turn(gateway.clock.millis());
        assertThat(reply).as("the journal answers in the turn after").isCompletedWithValue(CommandResult.DONE);
    }

    /** As many frames as there is room for, and some more. */
    private void storm(int turn) {
        for (int i = 0; i < 9_000; i++) {
            gateway.arrive(ScriptedProtocol.DISCOVER, 100 + i % 1_000, MAC + 1 + turn * 9_000L + i, "c");
        }
    }
}
