package sluice.session;

import java.util.Optional;
import sluice.session.api.AccessProtocol;
import sluice.session.api.SessionKey;

/** Which frames begin a session, and how many sessions are being set up. Belongs to one shard. */
final class Newcomers {

    private final Surroundings with;
    private final SessionTable table;
    private final SessionTimers timers;
    private final DurableTurns turns;
    private final SessionLimits limits;
    private final Drain drain;
    private final RejectMemory rejects;
    private final Session.Outside networks;
    private int starting;

    Newcomers(
            Surroundings with,
            SessionTable table,
            SessionTimers timers,
            DurableTurns turns,
            SessionLimits limits,
            Drain drain,
            Session.Outside networks) {
        this.with = with;
        this.table = table;
        this.timers = timers;
        this.turns = turns;
        this.limits = limits;
        this.drain = drain;
        this.networks = networks;
        rejects = new RejectMemory(with.settings().rejects());
    }

    /** A new session for a subscriber who has none; empty, and counted, when there may be none now. */
    Optional<Session> begin(SessionKey key, AccessProtocol protocol, long now) {
        Optional<SessionCounter> refusal = refusal(key, now);
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        Session session = new Session(
                with.ids().next(),
                key,
                protocol.name(),
                with.settings().userName().of(key, with.counters()),
                networks);
        if (!limits.begin(session)) {
            return refused(SessionCounter.DROP_LINE_SESSIONS);
        }
        table.add(session);
        starting++;
        with.places().starting().incrementAndGet();
        timers.arm(
                session, SessionTimers.SETUP, now + with.settings().setupTime().toMillis());
        return Optional.of(session);
    }

    /** One that was being set up is open, or is given up. */
    void settled() {
        starting--;
        with.places().starting().decrementAndGet();
    }

    /** How many are being set up. */
    int starting() {
        return starting;
    }

    /** The subscriber was rejected: for a while nothing of his is looked at, nor of his line if it is one too many. */
    void rejected(SessionKey key, long now) {
        rejects.rejected(key, now);
    }

    private Optional<SessionCounter> refusal(SessionKey key, long now) {
        if (table.holds(key)) {
            return Optional.of(SessionCounter.DROP_OTHER_PROTOCOL);
        }
        Optional<SessionCounter> standing = standing(key, now);
        return standing.isPresent() || limits.maySetUp(key, now)
                ? standing
                : Optional.of(SessionCounter.DROP_LINE_SETUPS);
    }

    private Optional<Session> refused(SessionCounter reason) {
        with.counters().count(reason);
        return Optional.empty();
    }

    /** Why nobody, or nobody of this line, may begin a session now; empty when he may. */
    Optional<SessionCounter> standing(SessionKey key, long now) {
        if (drain.isGoing()) {
            return Optional.of(SessionCounter.DROP_DRAINING);
        }
        Optional<SessionCounter> held = rejects.holds(key, now);
        if (held.isPresent()) {
            return held;
        }
        if (starting >= with.settings().starting()) {
            return Optional.of(SessionCounter.DROP_STARTING);
        }
        if (turns.isBehind()) {
            return Optional.of(SessionCounter.DROP_JOURNAL_SLOW);
        }
        return limits.isRoomOn(table.onLine(key.line()))
                ? Optional.empty()
                : Optional.of(SessionCounter.DROP_LINE_SESSIONS);
    }
}
