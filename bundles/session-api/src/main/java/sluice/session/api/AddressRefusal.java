package sluice.session.api;

/** Why there is no address for a session. A receiver needs a {@code default} branch: reasons are added. */
public enum AddressRefusal {
    /** Every address of the pool is in use, reserved or in quarantine. */
    POOL_EXHAUSTED,
    /** RADIUS or the configuration names a pool that does not exist. */
    UNKNOWN_POOL,
    /** A fixed address is held by another session. */
    ADDRESS_IN_USE,
    /** A fixed address lies in no network of this gateway. */
    NO_NETWORK
}
