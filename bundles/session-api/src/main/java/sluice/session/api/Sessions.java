package sluice.session.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** The sessions of this gateway, for the operator and for other systems. Safe for any thread. */
public interface Sessions {

    /** All sessions for which the filter holds; it runs on the shards and must be quick. */
    CompletionStage<List<SessionInfo>> list(Predicate<SessionInfo> filter);

    /** One session. */
    CompletionStage<Optional<SessionInfo>> find(SessionId session);

    /**
     * The sessions for which the query holds. Found by indexes when it gives id, address, prefix, MAC or user name; by
     * line alone it looks at all, some per turn of a shard.
     */
    CompletionStage<List<SessionId>> lookup(SessionQuery query);

    /** Hands a command to the session's owner. Completes when it is done, in the data plane and durably. */
    CompletionStage<CommandResult> submit(Command command);

    /**
     * Takes the gateway out of service: no new sessions, those there are end with {@link TerminateCause#ADMIN_REBOOT}.
     * Completes when all ends are durable, with their number; then the log has a {@code GATEWAY_STOP}.
     */
    CompletionStage<Integer> drain();

    /** Takes new sessions again after {@link #drain}. */
    CompletionStage<CommandResult> resume();
}
