package sluice.session;

import java.util.concurrent.atomic.AtomicLong;
import sluice.session.api.SessionId;

/**
 * Makes session ids that count up and never come again: they start at the time of day in milliseconds times
 * 2<sup>20</sup>, or behind the largest recovered id if the clock went back. Safe for any thread.
 */
final class SessionIds {

    private static final int SHIFT = 20;

    private final AtomicLong last;

    /**
     * @param epochMillis wall clock
     * @param largest the largest id in the store, 0 when there is none
     */
    SessionIds(long epochMillis, long largest) {
        last = new AtomicLong(Math.max(epochMillis << SHIFT, largest));
    }

    SessionId next() {
        return new SessionId(last.incrementAndGet());
    }
}
