package sluice.session;

import java.util.Optional;
import sluice.session.api.TerminateCause;
import sluice.session.api.TimerName;

/** What is done when a timer of a session is due. Belongs to one shard. */
final class DueTimers {

    private final Surroundings with;
    private final SessionTable table;
    private final Timekeeper timekeeper;
    private final Offloads offloads;
    private final DegradedOperation degraded;
    private final EffectPerformer performer;
    private final ProtocolSteps protocols;
    private final Commands commands;

    DueTimers(
            Surroundings with,
            SessionTable table,
            Timekeeper timekeeper,
            Offloads offloads,
            DegradedOperation degraded,
            EffectPerformer performer,
            ProtocolSteps protocols,
            Commands commands) {
        this.with = with;
        this.table = table;
        this.timekeeper = timekeeper;
        this.offloads = offloads;
        this.degraded = degraded;
        this.performer = performer;
        this.protocols = protocols;
        this.commands = commands;
    }

    /** The first timer of this session may be due; one of a session that is gone is nothing. */
    void due(long id, long now) {
        Optional<Session> found = table.get(id);
        if (found.isEmpty()) {
            return;
        }
        Session session = found.get();
        session.timers().takeDue(now).ifPresent(due -> act(session, due.name(), now));
    }

    private void act(Session session, TimerName name, long now) {
        if (name.equals(SessionTimers.INTERIM)) {
            if (timekeeper.mayReport(session, now)) {
                performer.interim(session, now);
            }
        } else if (name.equals(SessionTimers.SESSION_TIMEOUT)) {
            commands.timeIsUp(session, now);
        } else if (name.equals(SessionTimers.IDLE)) {
            if (timekeeper.isIdle(session, now)) {
                with.counters().count(SessionCounter.IDLE_ENDED);
                commands.disconnect(session, TerminateCause.IDLE_TIMEOUT, now);
            }
        } else if (name.equals(SessionTimers.RETRY)) {
            degraded.retryDue(session);
        } else if (name.equals(SessionTimers.SETUP)) {
            with.counters().count(SessionCounter.SETUP_TIMEOUT);
            degraded.setupOver(session);
            if (session.stage() == Session.Stage.STARTING) {
                commands.disconnect(session, TerminateCause.LOST_SERVICE, now);
            }
        } else if (!name.equals(TimerName.LEASE) || !offloads.outlives(session, now)) {
            protocols.timer(session, name, now);
        }
    }
}
