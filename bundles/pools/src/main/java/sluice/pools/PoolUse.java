package sluice.pools;

/**
 * How full a pool is, of addresses or of prefixes.
 *
 * @param addresses that are given out, in use or not
 * @param held by sessions; may be more when addresses of the network that are not given out were granted by name
 * @param quarantined what nobody gets for a while
 */
record PoolUse(String pool, long addresses, long held, long quarantined) {

    long available() {
        return Math.max(0, addresses - held - quarantined);
    }

    /** Of 1; what is in quarantine counts as used. */
    double ratio() {
        return addresses == 0 ? 0 : (double) (held + quarantined) / addresses;
    }
}
