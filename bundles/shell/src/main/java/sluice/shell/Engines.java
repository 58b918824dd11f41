package sluice.shell;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import sluice.session.api.SessionInfo;
import sluice.session.api.Sessions;

/**
 * The session engines there are, two while one replaces the other, for tables made of sessions. Safe for any thread.
 */
final class Engines {

    private static final int ANSWER_MS = 900;

    private final List<Sessions> engines = new CopyOnWriteArrayList<>();

    void add(Sessions engine) {
        engines.add(engine);
    }

    void remove(Sessions engine) {
        engines.remove(engine);
    }

    /**
     * All sessions for which the filter holds.
     *
     * @throws IllegalStateException with a sentence for the operator
     */
    List<SessionInfo> list(Predicate<SessionInfo> filter) {
        Sessions engine = engines.stream()
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new IllegalStateException("The session engine is not running."));
        try {
            return engine.list(filter).toCompletableFuture().get(ANSWER_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the session engine", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("The session engine did not answer", e);
        }
    }
}
