package sluice.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How often something may be done by all shards together: theoretical arrival time in one word (GCRA, ITU-T I.371).
 * Safe for any thread; never blocks.
 */
final class Pace {

    /** What may be made up for at once, so that the clock's milliseconds do not slow a quick pace down. */
    private static final long TOLERANCE_MICROS = 20_000;

    private final long intervalMicros;
    private final AtomicLong due;

    private Pace(long intervalMicros, long now) {
        this.intervalMicros = intervalMicros;
        due = new AtomicLong(now * 1_000);
    }

    /** @param now monotonic milliseconds */
    static Pace perSecond(int rate, long now) {
        return new Pace(1_000_000L / rate, now);
    }

    /** @param now monotonic milliseconds */
    static Pace every(long millis, long now) {
        return new Pace(millis * 1_000, now);
    }

    /** Whether it may be done now; then it counts as done. */
    boolean takes(long now) {
        long micros = now * 1_000;
        while (true) {
            long expected = due.get();
            if (expected > micros) {
                return false;
            }
            long next = Math.max(expected, micros - TOLERANCE_MICROS) + intervalMicros;
            if (due.compareAndSet(expected, next)) {
                return true;
            }
        }
    }

    /** The first millisecond in which it may be done. */
    long next() {
        return Math.ceilDiv(due.get(), 1_000);
    }
}
