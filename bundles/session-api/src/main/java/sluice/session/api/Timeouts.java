package sluice.session.api;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a session may live and how often it is accounted. An empty one is no such limit, for interims the default of
 * the appliance.
 *
 * @param session Session-Timeout (RFC 2865, 5.27), from the session's start
 * @param idle Idle-Timeout (RFC 2865, 5.28): without a packet in the data plane, in either direction
 * @param interim Acct-Interim-Interval (RFC 2869, 5.16)
 * @param reauthenticate Termination-Action RADIUS-Request (RFC 2865, 5.29): at the end of the session time RADIUS is
 *     asked again
 */
public record Timeouts(
        Optional<Duration> session, Optional<Duration> idle, Optional<Duration> interim, boolean reauthenticate) {

    /** No limit. */
    public static final Timeouts NONE = new Timeouts(Optional.empty(), Optional.empty(), Optional.empty(), false);

    public Timeouts {
        checkPositive("Session", session);
        checkPositive("Idle", idle);
        checkPositive("Interim", interim);
    }

    /** The same with what is given; zero takes a limit away. */
    Timeouts with(Optional<Duration> newSession, Optional<Duration> newIdle, Optional<Duration> newInterim) {
        return new Timeouts(
                changed(session, newSession), changed(idle, newIdle), changed(interim, newInterim), reauthenticate);
    }

    private static Optional<Duration> changed(Optional<Duration> old, Optional<Duration> given) {
        return given.isEmpty() ? old : given.filter(time -> !time.isZero());
    }

    private static void checkPositive(String what, Optional<Duration> time) {
        if (time.isPresent() && !time.get().isPositive()) {
            throw new IllegalArgumentException(what + " time " + time.get() + ", expected more than zero or none");
        }
    }
}
