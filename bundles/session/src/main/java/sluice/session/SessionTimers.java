package sluice.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import sluice.loop.TimerWheel;
import sluice.session.api.TimerName;

/** The timers of all sessions of one shard, on one wheel. Of one thread. */
final class SessionTimers {

    /** Of the engine itself: an interim record is due. */
    static final TimerName INTERIM = new TimerName("interim");

    /** Of the engine itself: Session-Timeout. */
    static final TimerName SESSION_TIMEOUT = new TimerName("session-timeout");

    /** Of the engine itself: Idle-Timeout. */
    static final TimerName IDLE = new TimerName("idle");

    /** Of the engine itself: setting up takes too long. */
    static final TimerName SETUP = new TimerName("setup");

    /** Of the engine itself: a question to RADIUS is to be repeated. */
    static final TimerName RETRY = new TimerName("authentication-retry");

    private static final int CAPACITY = 4_000_000;

    private static final Set<TimerName> OF_ENGINE = Set.of(INTERIM, SESSION_TIMEOUT, IDLE, SETUP, RETRY);

    private final TimerWheel wheel;

    /** What the shard itself does by time; ids of sessions are larger than these indexes. */
    private final List<LongConsumer> chores = new ArrayList<>();

    private int choresArmed;

    SessionTimers(long now) {
        wheel = new TimerWheel(now, CAPACITY);
    }

    static boolean isOfEngine(TimerName name) {
        return OF_ENGINE.contains(name);
    }

    /** @param deadline monotonic milliseconds; in place of a timer of the same name */
    void arm(Session session, TimerName name, long deadline) {
        disarm(session, name);
        long handle = wheel.schedule(deadline, session.id().value());
        session.timers().add(new ArmedTimers.Timer(name, deadline, handle));
    }

    void disarm(Session session, TimerName name) {
        session.timers().take(name).ifPresent(timer -> wheel.cancel(timer.handle()));
    }

    void disarmAll(Session session) {
        session.timers().all().forEach(timer -> wheel.cancel(timer.handle()));
        session.timers().clear();
    }

    /**
     * Something that concerns no single session, on the same wheel.
     *
     * @param chore is told the time when it is due
     * @return for {@link #armChore}
     */
    int chore(LongConsumer chore) {
        chores.add(chore);
        return chores.size() - 1;
    }

    /**
     * Lets a chore be due.
     *
     * @param deadline monotonic milliseconds; a chore that is armed already is due twice
     * @return for {@link #disarmChore}
     */
    long armChore(int chore, long deadline) {
        choresArmed++;
        return wheel.schedule(deadline, chore);
    }

    /** Takes back what {@link #armChore} armed; nothing if it was due already. */
    void disarmChore(long handle) {
        choresArmed -= wheel.cancel(handle) ? 1 : 0;
    }

    int expire(long now, int max, LongConsumer handler) {
        return wheel.expire(now, max, payload -> {
            if (payload < chores.size()) {
                choresArmed--;
                chores.get((int) payload).accept(now);
            } else {
                handler.accept(payload);
            }
        });
    }

    long nextDeadline() {
        return wheel.nextDeadline();
    }

    /** Timers of sessions, of those too that are gone and should have none. */
    int armed() {
        return wheel.armed() - choresArmed;
    }

    /** Timers of what the shard does by itself. */
    int chores() {
        return choresArmed;
    }
}
