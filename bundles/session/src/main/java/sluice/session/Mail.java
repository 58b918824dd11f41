package sluice.session;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import sluice.dataplane.api.Frame;
import sluice.platform.api.JournalFailure;
import sluice.session.api.AccessProtocol;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionQuery;

/** What comes through the door of a shard. */
sealed interface Mail {

    /** Ends of sessions that somebody wants. */
    int ENDS = 0;
    /** Answers to what the shard asked for; as many as it has questions open, so never refused. */
    int ANSWERS = 1;
    /** Changes that somebody wants, and who asks which sessions are meant. */
    int CHANGES = 2;
    /** Subscribers. */
    int FRAMES = 3;
    /** Lists, and what concerns all sessions. */
    int CHORES = 4;

    /** The shard ends: who waits for an answer gets one. */
    static void abandon(Mail unread) {
        switch (unread) {
            case Commanded commanded -> commanded.reply().complete(CommandResult.FAILED);
            case Listed listed -> listed.reply().complete(List.of());
            case Shown shown -> shown.reply().complete(Optional.empty());
            case LookedUp lookedUp -> lookedUp.reply().complete(List.of());
            case Drained drained -> drained.reply().cancel(false);
            case Resumed resumed -> resumed.reply().complete(CommandResult.FAILED);
            default -> {}
        }
    }

    /** A frame whose session belongs to this shard. */
    record Arrived(AccessProtocol protocol, SessionKey key, Frame frame) implements Mail {}

    /** What the authenticator says of a session. */
    record Answered(SessionId session, Outcome outcome) implements Mail {}

    /** A turn is durable. */
    record Durable(Turn turn) implements Mail {}

    /** A turn could not be made durable. */
    record NotDurable(Turn turn, JournalFailure failure) implements Mail {}

    /** Somebody wants something done. */
    record Commanded(Command command, CompletableFuture<CommandResult> reply) implements Mail {

        /** The priority of the command. */
        int lane() {
            return command instanceof Command.Disconnect ? ENDS : CHANGES;
        }
    }

    /** Somebody wants to see sessions. */
    record Listed(Predicate<SessionInfo> filter, CompletableFuture<List<SessionInfo>> reply) implements Mail {}

    /** Somebody wants to see one session. */
    record Shown(SessionId session, CompletableFuture<Optional<SessionInfo>> reply) implements Mail {}

    /** Somebody asks which sessions are meant. */
    record LookedUp(SessionQuery query, CompletableFuture<List<SessionId>> reply) implements Mail {}

    /** What concerns all sessions and is told to nobody else, so that no full lane may refuse it: {@link Notices}. */
    sealed interface Notice extends Mail {}

    /** These policies are different now, all if empty. */
    record PoliciesChanged(Set<String> policies) implements Notice {}

    /** A protocol leaves: no session may have a state of its classes. */
    record Leaving(AccessProtocol protocol) implements Notice {}

    /** A protocol is there, perhaps with other settings: no answer of an old one may be given. */
    record Joined(String protocol) implements Notice {}

    /** The gateway goes out of service; answered when no session is left. */
    record Drained(CompletableFuture<Integer> reply) implements Mail {}

    /** The gateway serves again. */
    record Resumed(CompletableFuture<CommandResult> reply) implements Mail {}
}
