package sluice.radius;

/**
 * How many requests may begin per second (the virtual scheduling of ITU-T I.371): nobody may be more than a hundredth
 * of a second ahead, so that no second sees more than one percent above the rate. Belongs to one thread.
 */
final class SendRate {

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long AHEAD_NANOS = SECOND_NANOS / 100;

    private final long intervalNanos;
    private long dueAt;
    private boolean used;

    /** @param perSecond 0 for no limit */
    SendRate(int perSecond) {
        if (perSecond < 0) {
            throw new IllegalArgumentException("Rate " + perSecond + " per second, expected 0 or more");
        }
        intervalNanos = perSecond == 0 ? 0 : SECOND_NANOS / perSecond;
    }

    /**
     * Takes the right to send one.
     *
     * @param now monotonic nanoseconds
     * @return 0 when it was taken, else for how many nanoseconds there is none
     */
    long take(long now) {
        if (!used || now - dueAt > 0) {
            used = true;
            dueAt = now;
        }
        long ahead = dueAt - now;
        if (ahead > AHEAD_NANOS) {
            return ahead - AHEAD_NANOS;
        }
        dueAt += intervalNanos;
        return 0;
    }
}
