package sluice.session.api;

import java.util.Optional;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;

/**
 * A network behind a subscriber: Framed-Route (RFC 2865, 5.22).
 *
 * @param prefix forwarded to the subscriber and accepted from it
 * @param gateway the subscriber's router; empty, or 0.0.0.0 on the wire: the session's own address
 * @param metric as given, 0 without one; shown, there is one way to a subscriber only
 */
public record FramedRoute(Ip4Prefix prefix, Optional<Ip4> gateway, int metric) {

    public FramedRoute {
        if (prefix.length() == 0) {
            throw new IllegalArgumentException("A subscriber has no default route of its own");
        }
        if (metric < 0) {
            throw new IllegalArgumentException("Metric " + metric + ", expected 0 or more");
        }
    }

    /** As in the attribute: prefix, gateway (0.0.0.0 for the session's own address), metric. */
    @Override
    public String toString() {
        return prefix + " " + gateway.map(Ip4::toString).orElse("0.0.0.0") + " " + metric;
    }
}
