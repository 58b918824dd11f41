package sluice.session.api;

import java.time.Duration;
import java.util.Optional;
import sluice.dataplane.api.Policer;

/**
 * What is to be different in a session: CoA (RFC 5176), or the operator. What is empty stays as it is; a time of zero
 * means that there is no such limit any more.
 *
 * @param policy name of the policy; rates that the session has beside its policy's end with it, unless this change
 *     names them anew
 * @param uploadPolicy name of the policy whose upload holds in place of that of {@code policy}
 * @param download rate towards the subscriber
 * @param upload rate from the subscriber
 * @param reach where packets may go
 * @param session Session-Timeout, from the session's start; one that has passed already ends the session
 * @param idle Idle-Timeout, from now on
 * @param interim Acct-Interim-Interval, from now on; zero: the default of the appliance
 */
public record AuthorizationChange(
        Optional<String> policy,
        Optional<String> uploadPolicy,
        Optional<Policer> download,
        Optional<Policer> upload,
        Optional<Reach> reach,
        Optional<Duration> session,
        Optional<Duration> idle,
        Optional<Duration> interim) {

    /** Nothing is different. */
    public static final AuthorizationChange NONE = new AuthorizationChange(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    public AuthorizationChange {
        checkNotNegative(session);
        checkNotNegative(idle);
        checkNotNegative(interim);
    }

    /** Another policy. */
    public static AuthorizationChange toPolicy(String name) {
        return new AuthorizationChange(
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Another reach. */
    public static AuthorizationChange toReach(Reach reach) {
        return new AuthorizationChange(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(reach),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Other rates. */
    public static AuthorizationChange toRates(Optional<Policer> download, Optional<Policer> upload) {
        return new AuthorizationChange(
                Optional.empty(),
                Optional.empty(),
                download,
                upload,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Other times. */
    public static AuthorizationChange toTimes(
            Optional<Duration> session, Optional<Duration> idle, Optional<Duration> interim) {
        return new AuthorizationChange(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                session,
                idle,
                interim);
    }

    /** Whether the data plane has something to do with it. */
    public boolean concernsPackets() {
        return policy.isPresent()
                || uploadPolicy.isPresent()
                || download.isPresent()
                || upload.isPresent()
                || reach.isPresent();
    }

    private static void checkNotNegative(Optional<Duration> time) {
        if (time.isPresent() && time.get().isNegative()) {
            throw new IllegalArgumentException("Time " + time.get() + ", expected zero or more");
        }
    }
}
