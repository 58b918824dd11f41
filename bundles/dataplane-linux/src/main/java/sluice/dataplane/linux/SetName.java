package sluice.dataplane.linux;

/**
 * A set or map of the kernel's.
 *
 * @param family number of the table's family
 * @param label as in nft(8)
 */
record SetName(int family, String label) {

    static final int INET = 1;
    static final int ARP = 3;

    /** In the table for both versions of IP. */
    static SetName of(String label) {
        return new SetName(INET, label);
    }
}
