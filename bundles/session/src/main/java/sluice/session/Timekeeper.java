package sluice.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.dataplane.api.Traffic;
import sluice.session.api.Authorization;
import sluice.session.api.Timeouts;
import sluice.session.api.TimerName;

/**
 * The times that RADIUS sets for an open session: when it is accounted, when it is idle, when it ends. All on the timer
 * wheel of its shard, to which it belongs.
 *
 * <p>Whether a session is idle the data plane's counters say. They are looked at eight times per idle time, at least
 * once a minute and at most once a second, so a session ends between its idle time after the last packet and one such
 * interval later; packets cost nothing.
 */
final class Timekeeper {

    private static final int LOOKS = 8;
    private static final long LOOK_MIN_MILLIS = 1_000;
    private static final long LOOK_MAX_MILLIS = 60_000;

    private static final List<TimerName> NAMES =
            List.of(SessionTimers.INTERIM, SessionTimers.IDLE, SessionTimers.SESSION_TIMEOUT);

    private final Surroundings with;
    private final SessionTimers timers;
    private final Entries entries;
    private final Pacer pacer;

    Timekeeper(Surroundings with, SessionTimers timers, Entries entries, long now) {
        this.with = with;
        this.timers = timers;
        this.entries = entries;
        pacer = new Pacer(with.settings().interimsPerSecond(), now);
    }

    /** Packets pass from now on. The first interim record comes at a random moment of the interval's second half. */
    void opened(Session session, long now) {
        long interim = interimOf(session).toMillis();
        timers.arm(
                session,
                SessionTimers.INTERIM,
                now + interim / 2 + with.random().nextLong(interim / 2 + 1));
        Timeouts times = timesOf(session);
        times.session().ifPresent(time -> timers.arm(session, SessionTimers.SESSION_TIMEOUT, now + time.toMillis()));
        times.idle().ifPresent(time -> beginIdle(session, time, now));
    }

    /** The session is back from the store; its timers are armed as far as they were frozen. */
    void recovered(Session session, long now) {
        if (session.deadline(SessionTimers.INTERIM).isEmpty()) {
            reported(session, now);
        }
        Optional<Duration> idle = timesOf(session).idle();
        if (idle.isPresent() && session.deadline(SessionTimers.IDLE).isEmpty()) {
            beginIdle(session, idle.get(), now);
        }
    }

    /**
     * The session may have other times than before. What is as it was goes on: the next interim record never comes
     * later than it would have come, and time without a packet stays time without a packet.
     *
     * @param before the times it had
     * @param since from when its session time counts anew, monotonic milliseconds; empty: that goes on as well
     */
    void changed(Session session, Timeouts before, OptionalLong since, long now) {
        Timeouts times = timesOf(session);
        if (since.isPresent()) {
            set(
                    session,
                    SessionTimers.SESSION_TIMEOUT,
                    times.session().map(time -> since.getAsLong() + time.toMillis()));
        }
        if (!times.idle().equals(before.idle())) {
            changeIdle(session, before.idle(), times.idle(), now);
        }
        if (!interimOf(times).equals(interimOf(before))) {
            changeInterim(session, now);
        }
    }

    private void changeIdle(Session session, Optional<Duration> before, Optional<Duration> idle, long now) {
        if (idle.isEmpty()) {
            timers.disarm(session, SessionTimers.IDLE);
        } else if (before.isEmpty()) {
            beginIdle(session, idle.get(), now);
        } else {
            long end = session.idleSince() + idle.get().toMillis();
            timers.arm(session, SessionTimers.IDLE, Math.clamp(end, now, now + look(idle.get())));
        }
    }

    private void changeInterim(Session session, long now) {
        long next = now + interimOf(session).toMillis();
        OptionalLong known = session.deadline(SessionTimers.INTERIM);
        if (known.isEmpty() || next < known.getAsLong()) {
            session.interimPaced(false);
            timers.arm(session, SessionTimers.INTERIM, next);
        }
    }

    /** The deadlines of the session, for {@link #restore}. */
    Map<TimerName, Long> deadlines(Session session) {
        Map<TimerName, Long> deadlines = new HashMap<>();
        for (TimerName name : NAMES) {
            session.deadline(name).ifPresent(deadline -> deadlines.put(name, deadline));
        }
        return deadlines;
    }

    /** A change of times is taken back. */
    void restore(Session session, Map<TimerName, Long> deadlines) {
        for (TimerName name : NAMES) {
            set(session, name, Optional.ofNullable(deadlines.get(name)));
        }
    }

    /**
     * The idle timer is due.
     *
     * @return true when there was no packet for the whole idle time; else the timer is armed again
     */
    boolean isIdle(Session session, long now) {
        Optional<Duration> idle = timesOf(session).idle();
        if (idle.isEmpty()) {
            return false;
        }
        long packets = packets(session);
        if (packets != session.idlePackets()) {
            session.idle(now, packets);
        }
        long end = session.idleSince() + idle.get().toMillis();
        if (end <= now) {
            return true;
        }
        timers.arm(session, SessionTimers.IDLE, Math.min(end, now + look(idle.get())));
        return false;
    }

    /**
     * The interim timer is due. When many are due at once, as after a restart, most get a later moment.
     *
     * @return whether it is this session's moment; else the timer is armed for it
     */
    boolean mayReport(Session session, long now) {
        if (session.isInterimPaced()) {
            session.interimPaced(false);
            return true;
        }
        long moment = pacer.moment(now);
        if (moment <= now) {
            return true;
        }
        session.interimPaced(true);
        timers.arm(session, SessionTimers.INTERIM, moment);
        with.counters().count(SessionCounter.INTERIMS_SPREAD);
        return false;
    }

    /** An interim record was made. */
    void reported(Session session, long now) {
        timers.arm(session, SessionTimers.INTERIM, now + interimOf(session).toMillis());
    }

    private void beginIdle(Session session, Duration idle, long now) {
        session.idle(now, packets(session));
        timers.arm(session, SessionTimers.IDLE, now + look(idle));
    }

    private void set(Session session, TimerName name, Optional<Long> deadline) {
        deadline.ifPresentOrElse(time -> timers.arm(session, name, time), () -> timers.disarm(session, name));
    }

    private long packets(Session session) {
        Traffic traffic = entries.traffic(session);
        return traffic.uploadPackets() + traffic.downloadPackets();
    }

    private static long look(Duration idle) {
        return Math.min(idle.toMillis(), Math.clamp(idle.toMillis() / LOOKS, LOOK_MIN_MILLIS, LOOK_MAX_MILLIS));
    }

    private Duration interimOf(Session session) {
        return interimOf(timesOf(session));
    }

    private Duration interimOf(Timeouts times) {
        return times.interim().orElse(with.settings().interim());
    }

    private static Timeouts timesOf(Session session) {
        return session.authorization().map(Authorization::timeouts).orElse(Timeouts.NONE);
    }
}
