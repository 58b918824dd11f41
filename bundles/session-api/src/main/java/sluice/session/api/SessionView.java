package sluice.session.api;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** A session as its protocol sees it. Valid on the session's shard, during a call. */
public interface SessionView {

    SessionId id();

    /** As of the first frame; later frames may carry less of the line. */
    SessionKey key();

    /** Empty in the first step of a new session. */
    Optional<ProtocolState> state();

    /** Empty until the subscriber was accepted. */
    Optional<Authorization> authorization();

    /** Empty while nothing is reserved. */
    Optional<AddressGrant> address();

    /**
     * Whether the session has the address, or one of the pool, that its authorization names. Not so when RADIUS granted
     * another one to a session that was open: its protocol lets the subscriber begin anew as soon as it can.
     */
    default boolean hasGrantedAddress() {
        return address().isEmpty()
                || authorization().isEmpty()
                || authorization().get().addressing().allows(address().get());
    }

    /**
     * How long until its session time ends the session: all of it until the session is open, zero when it is over,
     * empty when nothing ends it or RADIUS is asked again then.
     *
     * @param now as in the call, monotonic milliseconds
     */
    default Optional<Duration> timeLeft(long now) {
        return authorization()
                .map(Authorization::timeouts)
                .filter(timeouts -> !timeouts.reauthenticate())
                .flatMap(Timeouts::session);
    }

    /** Whether packets pass. */
    boolean isOpen();

    /**
     * How many packets of the subscriber the data plane has counted, so that a protocol sees by traffic that he is
     * there; empty while packets do not pass. A reading costs a microsecond: for timers, not for every frame.
     */
    default OptionalLong received() {
        return OptionalLong.empty();
    }

    /**
     * The network in which the subscriber asks, for answers to somebody who has no address yet: that of the grant, else
     * that of the address given. For 0.0.0.0 and without a grant it is the first network there is, so that a protocol
     * can speak as this gateway to somebody from elsewhere.
     */
    Optional<Network> networkOf(sluice.net.Ip4 address);

    /**
     * The longest time for which addresses of that network should be granted now: empty, unless the network is nearly
     * full and no server answers. A grant within this limit is not for the data plane to extend.
     */
    default Optional<Duration> leaseLimit(Network network) {
        return Optional.empty();
    }
}
