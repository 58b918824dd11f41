package sluice.qos;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import sluice.session.api.SessionInfo;
import sluice.session.api.Sessions;

/**
 * Shows every session to somebody who makes a sum of them. The sessions are looked at where they live and nothing of
 * them is copied. A component apart: the session engine needs the catalog of policies, and this needs the engine.
 */
@Component(service = SessionReader.class)
public final class SessionReader {

    private volatile Optional<Sessions> sessions = Optional.empty();

    /** For the framework. */
    @Activate
    public SessionReader() {}

    /** The session engine is there. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindSessions(Sessions present) {
        sessions = Optional.of(present);
    }

    synchronized void unbindSessions(Sessions gone) {
        sessions = sessions.filter(one -> !one.equals(gone));
    }

    /**
     * Whether the consumer saw all sessions in time. It is called by the shards, several at once.
     *
     * @throws InterruptedException when the calling thread was interrupted; the consumer may still be called
     */
    boolean read(Consumer<SessionInfo> consumer, Duration most) throws InterruptedException {
        Optional<Sessions> engine = sessions;
        if (engine.isEmpty()) {
            return false;
        }
        try {
            engine.get()
                    .list(session -> {
                        consumer.accept(session);
                        return false;
                    })
                    .toCompletableFuture()
                    .get(most.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false; // the engine stops, or has more to do; the sum is not complete
        }
    }
}
