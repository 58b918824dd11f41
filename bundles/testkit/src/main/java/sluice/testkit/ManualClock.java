package sluice.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import sluice.loop.MonotonicClock;

/**
 * Time that a test moves by hand: the monotonic clock, and with it a {@linkplain #wall wall clock}. Safe for any
 * thread.
 */
public final class ManualClock implements MonotonicClock {

    private final Instant origin;
    private final AtomicLong nanos = new AtomicLong();

    /** @param origin wall clock time when the monotonic clock is zero */
    public ManualClock(Instant origin) {
        this.origin = origin;
    }

    /** Starts on a fixed day. */
    public ManualClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** Lets time pass. */
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    /** The wall clock. */
    public InstantSource wall() {
        return () -> origin.plusNanos(nanos.get());
    }
}
