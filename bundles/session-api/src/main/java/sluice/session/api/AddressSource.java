package sluice.session.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sluice.net.Ip4;

/**
 * Gives addresses and never the same one twice. Safe for any thread; never blocks. Reservations end by
 * {@link #release}; the session engine is the one that times them.
 */
public interface AddressSource {

    /** Reserves an address for the session, which holds it until it is released. */
    AddressAnswer allocate(AddressRequest request);

    /**
     * A session that was recovered from the store holds this address.
     *
     * @return empty when another session holds it, or it lies in no network any more
     */
    Optional<AddressGrant> restore(SessionId session, SessionKey key, Ip4 address);

    /** The session does not need the address any more; nothing happens when it does not hold it. */
    void release(SessionId session, Ip4 address);

    /** As {@link #release}, but nobody gets the address for that time. */
    void quarantine(SessionId session, Ip4 address, Duration time);

    /** All networks, in the order of their names. */
    List<Network> networks();

    /** How many of a network's addresses are in use, percent of those that are given out; 0 when nobody knows. */
    default int usedPercent(Network network) {
        return 0;
    }

    /** IPv6 prefixes of the same pools, which come and go with the addresses. */
    default PrefixSource prefixes() {
        return PrefixSource.NONE;
    }

    /** Answer to the question for an address. */
    sealed interface AddressAnswer {

        /** The session holds it. */
        record Granted(AddressGrant grant) implements AddressAnswer {}

        /** There is none. */
        record Refused(AddressRefusal reason) implements AddressAnswer {}
    }
}
