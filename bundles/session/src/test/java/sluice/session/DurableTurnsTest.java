package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.platform.api.JournalFailure;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Policy;
import sluice.session.api.SessionEvent;

/** What becomes of turns that the journal does not take as they are. */
final class DurableTurnsTest {

    private static final long MAC = 0x0200_0000_0001L;
    /** The smallest redo file that is legal. */
    private static final int REDO_BYTES = 1 << 20;
    /** As much as an Accept can carry. */
    private static final Authorization LARGE =
            Authorization.DEFAULT.withClasses(Collections.nCopies(15, Bytes.copyOf(new byte[253])));

    private static final int MANY = 200;

    private final Gateway gateway = new Gateway();

    @Test
    void endsThatGatheredWhileTheDiskWasFullAreAllMadeDurableInPieces() {
        gateway.journal.redo(REDO_BYTES);
        for (int line = 0; line < MANY; line++) {
            gateway.online(line, MAC, LARGE);
        }
        gateway.journal.fail(JournalFailure.DISK);
        CompletableFuture<Integer> drained = new CompletableFuture<>();
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Drained(drained));
        gateway.advance(Duration.ofSeconds(5));
        assertThat(drained).isNotDone();
        gateway.journal.heal();
        gateway.advance(Duration.ofSeconds(5));
        assertThat(drained).isCompletedWithValue(MANY);
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(MANY);
        assertThat(gateway.journal.size(Turn.REGION)).isZero();
        assertThat(gateway.addresses.held).isEmpty();
    }

    @Test
    void sessionsThatBeganWhileTheDiskWasSlowAreAllAnsweredWhenTheirPieceIsDurable() {
        gateway.journal.redo(REDO_BYTES);
        for (int line = 0; line < MANY; line++) {
            gateway.frame(ScriptedProtocol.DISCOVER, line, MAC, "c" + line);
            gateway.radius.accept(LARGE);
            gateway.turn();
        }
        gateway.sent();
        gateway.journal.hold();
        for (int line = 0; line < MANY; line++) {
            assertThat(gateway.frame(ScriptedProtocol.REQUEST, line, MAC, "c" + line))
                    .isEmpty();
        }
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.sent())
                .hasSize(MANY)
                .allMatch(frame -> ScriptedProtocol.operation(frame) == ScriptedProtocol.ACK);
        assertThat(gateway.journal.events(SessionEvent.START)).hasSize(MANY);
        assertThat(gateway.journal.size(Turn.REGION)).isEqualTo(MANY);
    }

    @Test
    void turnThatTheJournalThrowsBackIsTriedAgainAndNobodyWaitsForEver() {
        gateway.online(7, MAC);
        Ip4 other = gateway.online(8, MAC);
        gateway.policies.policies.put("gold", new Policy("gold", new Policer(1_000_000, 15_000), Policer.UNLIMITED));
        gateway.journal.redo(10);
        CompletableFuture<CommandResult> changed = gateway.submit(
                new Command.Change(gateway.sessions().getFirst().id(), AuthorizationChange.toPolicy("gold")));
        for (int time = 0; time <= DurableTurns.UNDER_WAY_MAX; time++) {
            gateway.frame(ScriptedProtocol.RELEASE, 8, MAC, "c8");
            gateway.advance(Duration.ofSeconds(2));
        }
        assertThat(changed).isCompletedWithValue(CommandResult.FAILED);
        assertThat(gateway.addresses.held).containsKey(other);

        gateway.journal.redo(REDO_BYTES);
        gateway.advance(Duration.ofSeconds(2));
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
        assertThat(gateway.addresses.held).doesNotContainKey(other);
        gateway.online(9, MAC);
    }

    @Test
    void whatIsLeftAtTheEndOfTheShardIsHandedOverWholly() {
        gateway.journal.redo(REDO_BYTES);
        for (int line = 0; line < MANY; line++) {
            gateway.online(line, MAC, LARGE);
        }
        gateway.journal.fail(JournalFailure.DISK);
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Drained(new CompletableFuture<>()));
        gateway.turn();
        gateway.journal.heal();
        gateway.shard.end();
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(MANY);
        assertThat(gateway.journal.size(Turn.REGION)).isZero();
    }
}
