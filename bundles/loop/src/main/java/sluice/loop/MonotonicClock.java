package sluice.loop;

/**
 * Time that does not go back and knows nothing of the date: the measure of deadlines and durations inside loops.
 *
 * <p>Readings have an arbitrary origin and mean something only beside other readings of the same clock. Callable from
 * any thread.
 */
@FunctionalInterface
public interface MonotonicClock {
    /** Nanoseconds since the origin of this clock. */
    long nanos();

    /** Whole milliseconds since the origin of this clock: the {@code now} of agents and timers. */
    default long millis() {
        return Math.floorDiv(nanos(), 1_000_000L);
    }

    /**
     * The clock of this machine. Its origin is the same for all processes in one boot of a Linux machine, so a reading
     * that was stored before a restart of the gateway still means something after it.
     */
    static MonotonicClock system() {
        return SystemClock.INSTANCE;
    }
}
