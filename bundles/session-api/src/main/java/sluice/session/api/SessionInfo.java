package sluice.session.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;

/**
 * A session as the operator sees it, at one moment.
 *
 * @param state the protocol's words for where it stands, for example {@code bound}
 * @param authorization what RADIUS granted, with all later changes; empty until it did
 * @param opened when packets began to pass
 * @param leaseEnds until when the grant is good; empty while there is none, and when it is good until the session ends
 * @param timers armed timers and how long until they are due
 * @param details what the protocol says besides, by name
 * @param traffic from the data plane, together with what it counted before a restart of the machine
 */
public record SessionInfo(
        SessionId id,
        SessionKey key,
        String protocol,
        String state,
        String userName,
        AuthState authState,
        Optional<Authorization> authorization,
        Optional<Ip4> address,
        Optional<String> network,
        Optional<Policy> policy,
        Optional<Instant> opened,
        Optional<Instant> leaseEnds,
        Map<String, Duration> timers,
        Map<String, String> details,
        Traffic traffic,
        List<String> attributes) {

    public SessionInfo {
        timers = Map.copyOf(timers);
        details = Map.copyOf(details);
        attributes = List.copyOf(attributes);
    }
}
