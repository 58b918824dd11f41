package sluice.radius;

/**
 * Something that happens again and again and is told once: it is over after ten minutes without it. Belongs to one
 * thread.
 */
final class Episode {

    private static final long QUIET_MILLIS = 600_000;

    private boolean happened;
    private long lastAt;

    /** Whether this occurrence begins an episode. */
    boolean begins(long now) {
        boolean begins = !happened || now - lastAt > QUIET_MILLIS;
        happened = true;
        lastAt = now;
        return begins;
    }
}
