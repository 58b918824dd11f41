package sluice.telemetry;

/** How long to wait before the next try: doubles from one to the next up to a cap. Owned by one thread. */
final class Backoff {
    private final long firstMillis;
    private final long maxMillis;
    private long nextMillis;

    Backoff(long firstMillis, long maxMillis) {
        this.firstMillis = firstMillis;
        this.maxMillis = maxMillis;
        nextMillis = firstMillis;
    }

    /** Milliseconds to wait now. */
    long next() {
        long now = nextMillis;
        nextMillis = Math.min(maxMillis, 2 * nextMillis);
        return now;
    }

    /** A try succeeded. */
    void reset() {
        nextMillis = firstMillis;
    }
}
