package sluice.session;

import java.util.List;
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

/** What comes through the door of a shard. */
sealed interface Mail {

    /** Answers to what the shard asked for; as many as it has questions open, so never refused. */
    int ANSWERS = 0;
    /** The operator and other systems. */
    int COMMANDS = 1;
    /** Subscribers. */
    int FRAMES = 2;

    /** A frame whose session belongs to this shard. */
    record Arrived(AccessProtocol protocol, SessionKey key, Frame frame) implements Mail {}

    /** What the authenticator says of a session. */
    record Answered(SessionId session, Outcome outcome) implements Mail {}

    /** A turn is durable. */
    record Durable(Turn turn) implements Mail {}

    /** A turn could not be made durable. */
    record NotDurable(Turn turn, JournalFailure failure) implements Mail {}

    /** Somebody wants something done. */
    record Commanded(Command command, CompletableFuture<CommandResult> reply) implements Mail {}

    /** Somebody wants to see sessions; goes round again until all were seen, some per turn. */
    record Listed(
            Predicate<SessionInfo> filter,
            List<Long> ids,
            int from,
            List<SessionInfo> found,
            CompletableFuture<List<SessionInfo>> reply)
            implements Mail {}

    /** A protocol leaves; goes round again until no session has a state of its classes. */
    record Leaving(AccessProtocol protocol, List<Long> ids, int from) implements Mail {}

    /** A protocol is there, perhaps with other settings; goes round again until no answer of an old one is given. */
    record Joined(String protocol, List<Long> ids, int from) implements Mail {}

    /** The gateway goes out of service; goes round again until no session is left. */
    record Drained(List<Long> ids, int from, CompletableFuture<Integer> reply) implements Mail {}

    /** The gateway serves again. */
    record Resumed(CompletableFuture<CommandResult> reply) implements Mail {}
}
