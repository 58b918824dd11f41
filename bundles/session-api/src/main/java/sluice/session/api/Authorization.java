package sluice.session.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.net.Ip4;

/**
 * What a subscriber may have, as its operator's RADIUS says.
 *
 * @param policy Filter-Id, name of a policy
 * @param download vendor rate towards the subscriber; goes before the policy's
 * @param upload vendor rate from the subscriber; goes before the policy's
 * @param framedAddress Framed-IP-Address
 * @param framedPool Framed-Pool
 * @param dns name servers in the order given; empty means those of the network
 * @param sessionTimeout Session-Timeout
 * @param idleTimeout Idle-Timeout
 * @param interim Acct-Interim-Interval
 * @param classes Class, every instance, returned in accounting
 * @param other every attribute that has no place above, by dictionary name, kept and shown
 */
public record Authorization(
        Optional<String> policy,
        Optional<Policer> download,
        Optional<Policer> upload,
        Optional<Ip4> framedAddress,
        Optional<String> framedPool,
        List<Ip4> dns,
        Optional<Duration> sessionTimeout,
        Optional<Duration> idleTimeout,
        Optional<Duration> interim,
        List<Bytes> classes,
        Map<String, List<String>> other) {

    /** Nothing special: the defaults of the appliance. */
    public static final Authorization DEFAULT = new Authorization(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Map.of());

    public Authorization {
        dns = List.copyOf(dns);
        classes = List.copyOf(classes);
        other = Map.copyOf(other);
    }
}
