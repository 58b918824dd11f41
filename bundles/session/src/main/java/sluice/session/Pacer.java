package sluice.session;

/**
 * Spreads what may wait over time: so many a second, with a burst of a quarter of a second. Each caller that must wait
 * gets a moment of its own. Of one thread.
 *
 * <p>The virtual scheduling form of the generic cell rate algorithm (ITU-T I.371), which never refuses.
 */
final class Pacer {

    private static final long BURST_MICROS = 250_000;

    private final long intervalMicros;
    private long nextMicros;

    /**
     * @param perSecond 1 or more
     * @param now monotonic milliseconds
     */
    Pacer(int perSecond, long now) {
        intervalMicros = Math.max(1, 1_000_000L / perSecond);
        nextMicros = now * 1_000 - BURST_MICROS;
    }

    /** When the caller may go on, monotonic milliseconds: {@code now}, or a later moment that is the caller's own. */
    long moment(long now) {
        long micros = now * 1_000;
        long mine = Math.max(nextMicros, micros - BURST_MICROS);
        nextMicros = mine + intervalMicros;
        return Math.max(now, mine / 1_000);
    }
}
