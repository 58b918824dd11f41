package sluice.coa;

/** A limit on how many per second, with as many at once after a pause. Belongs to one thread. */
final class TokenBucket {

    private static final long MILLIS = 1000;

    private final long perSecond;
    private long thousandths;
    private long at;

    /** A full bucket. */
    TokenBucket(long perSecond, long now) {
        this.perSecond = perSecond;
        this.thousandths = perSecond * MILLIS;
        this.at = now;
    }

    /** Takes one, if there is one. */
    boolean take(long now) {
        long idle = Math.clamp(now - at, 0, MILLIS);
        thousandths = Math.min(thousandths + idle * perSecond, perSecond * MILLIS);
        at = now;
        if (thousandths < MILLIS) {
            return false;
        }
        thousandths -= MILLIS;
        return true;
    }
}
