package sluice.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;
import sluice.session.api.TerminateCause;

/** Does what the operator and other systems want done with sessions, and ends them. Belongs to one shard. */
final class Commands {

    private final SessionTable table;
    private final EffectPerformer performer;
    private final ProtocolSteps protocols;
    private final Changes changes;
    private final Reauthentications reauthentications;
    private final Map<Session, List<Waiting>> ending = new HashMap<>();

    /** Somebody who learns of the end of a session when it is durable. */
    private record Waiting(CommandResult result, Consumer<CommandResult> reply) {}

    Commands(
            SessionTable table,
            EffectPerformer performer,
            ProtocolSteps protocols,
            Changes changes,
            Reauthentications reauthentications) {
        this.table = table;
        this.performer = performer;
        this.protocols = protocols;
        this.changes = changes;
        this.reauthentications = reauthentications;
    }

    void perform(Mail.Commanded mail, long now) {
        Consumer<CommandResult> reply = mail.reply()::complete;
        Optional<Session> found = table.get(mail.command().session());
        if (found.isEmpty()) {
            reply.accept(CommandResult.SESSION_NOT_FOUND);
            return;
        }
        Session session = found.get();
        switch (mail.command()) {
            case Command.Disconnect disconnect -> {
                waitFor(session, CommandResult.DONE, reply);
                disconnect(session, disconnect.cause(), now);
            }
            case Command.Change change -> {
                if (isOpen(session, reply)) {
                    changes.change(session, change.change(), now, reply);
                }
            }
            case Command.Reauthenticate again -> {
                if (isOpen(session, reply)) {
                    reauthentications.ask(session, again.attributes(), now, reply);
                }
            }
        }
    }

    /** Asks RADIUS about an open session. */
    void reauthenticate(Session session, Consumer<CommandResult> reply, long now) {
        reauthentications.ask(session, Map.of(), now, reply);
    }

    /** What RADIUS says of an open session. */
    void answered(Session session, Outcome outcome, long now) {
        if (outcome instanceof Outcome.Rejected) {
            Reauthentications.Refused refused = reauthentications.refused(session, outcome);
            refused.replies().forEach(reply -> waitFor(session, CommandResult.REJECTED, reply));
            disconnect(session, refused.cause(), now);
        } else {
            reauthentications.answered(session, outcome, now);
        }
    }

    /** Its session time is up. */
    void timeIsUp(Session session, long now) {
        if (session.authorization()
                .filter(granted -> granted.timeouts().reauthenticate())
                .isPresent()) {
            reauthentications.timeIsUp(session, now);
        } else {
            disconnect(session, TerminateCause.SESSION_TIMEOUT, now);
        }
    }

    /** Ends the session through its protocol; one that is absent or has a defect does not keep it. */
    void disconnect(Session session, TerminateCause cause, long now) {
        if (session.stage() == Session.Stage.CLOSING) {
            return;
        }
        protocols.tell(session, new Outcome.Disconnect(cause), now);
        if (session.stage() == Session.Stage.OPEN) {
            performer.close(session, cause, now);
        } else if (session.stage() == Session.Stage.STARTING) {
            performer.forget(session);
        }
    }

    /** Nothing is left of the session: who waits learns of it. */
    void gone(Session session) {
        List<Waiting> waiting = ending.remove(session);
        if (waiting != null) {
            waiting.forEach(one -> one.reply().accept(one.result()));
        }
        changes.gone(session);
        reauthentications.gone(session);
    }

    /** The disk refused the end of the session, which is tried on: nobody waits for that, it may take hours. */
    void endFailed(Session session) {
        List<Waiting> waiting = ending.remove(session);
        if (waiting != null) {
            waiting.forEach(one -> one.reply().accept(CommandResult.FAILED));
        }
    }

    /** The shard ends: who waits is told that it did not work. */
    void abandon() {
        ending.values().forEach(waiting -> waiting.forEach(one -> one.reply().accept(CommandResult.FAILED)));
        ending.clear();
        changes.abandon();
        reauthentications.abandon();
    }

    private void waitFor(Session session, CommandResult result, Consumer<CommandResult> reply) {
        ending.computeIfAbsent(session, key -> new ArrayList<>(1)).add(new Waiting(result, reply));
    }

    private static boolean isOpen(Session session, Consumer<CommandResult> reply) {
        if (!session.isOpen()) {
            reply.accept(CommandResult.SESSION_NOT_FOUND);
        }
        return session.isOpen();
    }
}
