package sluice.coa;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.coa.Answers.Verdict;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.Sessions;

/**
 * Has requests done by the session engine: finds the one session that is meant, hands over the command, and turns what
 * became of it into a verdict. Everything that is heard of it is heard on the listener's thread.
 */
final class Execution {

    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    private final Sessions sessions;
    private final Executor loop;

    /** Hears the verdict, on the listener's thread. */
    interface Reply {

        /** The session is empty when no single one was found. */
        void accept(String session, Verdict verdict);
    }

    Execution(Sessions sessions, Executor loop) {
        this.sessions = sessions;
        this.loop = loop;
    }

    void run(SessionRequest request, Reply reply) {
        await(sessions.lookup(request.query()), reply, "", found -> found(request, found, reply));
    }

    private void found(SessionRequest request, List<SessionId> found, Reply reply) {
        if (found.size() != 1) {
            ErrorCause cause =
                    found.isEmpty() ? ErrorCause.SESSION_CONTEXT_NOT_FOUND : ErrorCause.MULTIPLE_SESSION_SELECTION;
            reply.accept("", Verdict.refused(cause, found.size() + " sessions agree with it"));
            return;
        }
        SessionId session = found.getFirst();
        switch (request.demand()) {
            case Demand.End end -> end(session, end, reply);
            case Demand.AskAgain again
            when again.authorizeOnly() -> {
                // RFC 5176, 3.2: the answer tells that RADIUS will be asked, not what it says.
                reply.accept(session.toString(), Verdict.refused(ErrorCause.REQUEST_INITIATED, "RADIUS is asked"));
                submit(session, again, (id, verdict) -> LOG.debug("session={} asked again: {}", id, verdict));
            }
            default -> submit(session, request.demand(), reply);
        }
    }

    private void end(SessionId session, Demand demand, Reply reply) {
        await(sessions.find(session), reply, session.toString(), info -> {
            boolean online = info.flatMap(SessionInfo::opened).isPresent();
            submit(session, demand, (id, verdict) -> reply.accept(id, online ? verdict : residual(verdict)));
        });
    }

    /** The session was only being set up, or only remembered. */
    private static Verdict residual(Verdict verdict) {
        return verdict.done()
                ? new Verdict(true, Optional.of(ErrorCause.RESIDUAL_SESSION_CONTEXT_REMOVED), "was not online")
                : verdict;
    }

    private void submit(SessionId session, Demand demand, Reply reply) {
        String id = session.toString();
        await(sessions.submit(demand.command(session)), reply, id, result -> reply.accept(id, verdict(demand, result)));
    }

    private static Verdict verdict(Demand demand, CommandResult result) {
        return switch (result) {
            case DONE -> new Verdict(true, Optional.empty(), demand.label());
            case REJECTED -> new Verdict(true, Optional.empty(), "RADIUS refused, the session was ended");
            case SESSION_NOT_FOUND ->
                Verdict.refused(ErrorCause.SESSION_CONTEXT_NOT_FOUND, "the session ended meanwhile");
            case POLICY_UNKNOWN ->
                Verdict.refused(ErrorCause.INVALID_ATTRIBUTE_VALUE, "there is no such policy or garden");
            case UNANSWERED -> Verdict.refused(ErrorCause.RESOURCES_UNAVAILABLE, "no RADIUS server answered");
            case OVERLOADED -> Verdict.refused(ErrorCause.RESOURCES_UNAVAILABLE, "the session engine is overloaded");
            default ->
                Verdict.refused(
                        demand instanceof Demand.End
                                ? ErrorCause.SESSION_CONTEXT_NOT_REMOVABLE
                                : ErrorCause.RESOURCES_UNAVAILABLE,
                        "the session engine could not do it");
        };
    }

    /** Goes on with the value on the listener's thread; a failure is a broken engine and refuses the request. */
    private <T> void await(CompletionStage<T> stage, Reply reply, String session, Consumer<T> next) {
        stage.whenComplete((value, failure) -> loop.execute(() -> {
            if (failure != null) {
                fail(session, failure, reply);
            } else {
                next.accept(value);
            }
        }));
    }

    private static void fail(String session, @Nullable Throwable failure, Reply reply) {
        LOG.warn("session={} a request could not be worked on", session, failure);
        reply.accept(session, Verdict.refused(ErrorCause.RESOURCES_UNAVAILABLE, "the session engine failed"));
    }
}
