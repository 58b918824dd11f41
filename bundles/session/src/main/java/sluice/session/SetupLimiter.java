package sluice.session;

import java.util.concurrent.atomic.AtomicLongArray;
import sluice.net.LineId;
import sluice.session.api.SessionKey;

/**
 * Keeps one line from setting up session after session: so many in a minute, which may come at once. Lines without VLAN
 * and circuit-id are told apart by their devices. Safe for any thread.
 *
 * <p>A fixed table of theoretical arrival times (GCRA) as in {@link LineLimiter}: lines that fall on the same place
 * share a limit, which errs on the strict side and needs no memory per line.
 */
final class SetupLimiter {

    private static final int PLACES = 1 << 17;
    private static final long MINUTE = 60_000;

    private final AtomicLongArray due;
    private final long interval;

    /** @param perMinute 0: no limit */
    SetupLimiter(int perMinute) {
        due = new AtomicLongArray(perMinute == 0 ? 0 : PLACES);
        interval = perMinute == 0 ? 0 : Math.max(1, MINUTE / perMinute);
    }

    /** @param now monotonic milliseconds */
    boolean admits(SessionKey key, long now) {
        if (interval == 0) {
            return true;
        }
        int place = place(key);
        while (true) {
            long known = due.get(place);
            // a place that nobody used has no time at all, and the clock may be below zero
            long expected = known == 0 ? now : Math.max(known, now);
            if (expected + interval - now > MINUTE) {
                return false;
            }
            if (due.compareAndSet(place, known, expected + interval)) {
                return true;
            }
        }
    }

    private static int place(SessionKey key) {
        LineId line = key.line();
        boolean named = line.cvlan() != 0 || !line.circuitId().isEmpty();
        long mixed = (named ? line.hashCode() : key.hashCode()) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 47);
    }
}
