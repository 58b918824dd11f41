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
    private final AtomicLong wallAhead = new AtomicLong();

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

    /** Somebody sets the wall clock: it jumps by this, forward or back. */
    public void jump(Duration time) {
        wallAhead.addAndGet(time.toMillis());
    }

    /** The machine boots: the monotonic clock starts anew, the wall clock went on. */
    public void boot() {
        wallAhead.addAndGet(millis());
        nanos.set(0);
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    /** The wall clock. */
    public InstantSource wall() {
        return () -> origin.plusNanos(nanos.get()).plusMillis(wallAhead.get());
    }
}
