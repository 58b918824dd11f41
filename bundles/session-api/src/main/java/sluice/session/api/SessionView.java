package sluice.session.api;

import java.time.Duration;
import java.util.Optional;

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

    /** Whether packets pass. */
    boolean isOpen();

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
