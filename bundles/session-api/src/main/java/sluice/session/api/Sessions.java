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

    /** Hands a command to the session's owner. Completes when it is done, in the data plane and durably. */
    CompletionStage<CommandResult> submit(Command command);
}
