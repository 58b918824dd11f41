package sluice.radius;

/**
 * Whether a server answers. It is down once a request was sent to it as often as may be and nothing at all came back
 * since; one valid reply and it is up. While it is down, Status-Server finds out, or one request now and then. Belongs
 * to the request loop; the state may be read by any thread.
 */
final class LinkHealth {

    private final long deadMillis;
    private volatile boolean down;
    private long probeAt;
    private volatile boolean answeredEver;
    private long lastAnswer;
    private boolean answersStatus;

    LinkHealth(long deadMillis) {
        this.deadMillis = deadMillis;
    }

    boolean isDown() {
        return down;
    }

    /** Whether it answered, and was not found silent since. */
    boolean isReached() {
        return answeredEver && !down;
    }

    /**
     * A valid reply came.
     *
     * @param nanos monotonic
     * @return whether the server was down until now
     */
    boolean answered(long nanos) {
        answeredEver = true;
        lastAnswer = nanos;
        boolean wasDown = down;
        down = false;
        return wasDown;
    }

    /** A Status-Server was answered, so that nothing else is needed to find out whether the server is back. */
    void answeredStatus() {
        answersStatus = true;
    }

    boolean answersStatus() {
        return answersStatus;
    }

    /** Whether anything valid came since that moment, monotonic nanoseconds. */
    boolean answeredSince(long nanos) {
        return answeredEver && lastAnswer - nanos >= 0;
    }

    /**
     * The server is down, known until now or not.
     *
     * @param now monotonic milliseconds
     * @return whether this is news
     */
    boolean goDown(long now) {
        boolean news = !down;
        down = true;
        probeAt = now + deadMillis;
        return news;
    }

    /**
     * Whether a request may go there although others are up. A server that is down takes one per dead time, none if it
     * is known to answer Status-Server.
     */
    boolean takes(long now) {
        if (!down) {
            return true;
        }
        if (answersStatus || now - probeAt < 0) {
            return false;
        }
        probeAt = now + deadMillis;
        return true;
    }
}
