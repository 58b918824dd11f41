package sluice.coa;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;

/**
 * How requests are taken.
 *
 * @param local address and port to listen at
 * @param kinds requests that are done at all
 * @param window how far an Event-Timestamp may be from our own time
 * @param timestampDemanded whether requests without an Event-Timestamp are dropped
 * @param inFlightMax requests that are worked on at once
 * @param perSecond requests of one client
 * @param remembered how long an answer is kept for a request that is sent again
 */
record ListenerSettings(
        InetSocketAddress local,
        Set<RequestKind> kinds,
        Duration window,
        boolean timestampDemanded,
        int inFlightMax,
        int perSecond,
        Duration remembered) {

    ListenerSettings {
        kinds = Set.copyOf(kinds);
        if (inFlightMax < 1 || inFlightMax > 4096) {
            throw new IllegalArgumentException("In flight " + inFlightMax + ", expected 1..4096");
        }
        if (perSecond < 1 || perSecond > 100_000) {
            throw new IllegalArgumentException("Per second " + perSecond + ", expected 1..100000");
        }
        if (window.toSeconds() < 1) {
            throw new IllegalArgumentException("Window " + window + ", expected 1 s or more");
        }
        if (remembered.toSeconds() < 1 || remembered.toSeconds() > 300) {
            throw new IllegalArgumentException("Remembered for " + remembered + ", expected 1 s to 300 s");
        }
    }
}
