package sluice.dataplane.xdp;

/**
 * The maps that {@link Subscribers} keeps in step.
 *
 * @param outside from addresses outside the networks to spare entries, as many as there are spare entries
 * @param prefixes from IPv6 prefixes to entries
 * @param routes from IPv4 networks behind subscribers to entries
 * @param pppoe from PPPoE sessions to entries
 */
record EntryMaps(
        ConfigTable config, SubscriberTable table, BpfMap outside, BpfMap prefixes, BpfMap routes, BpfMap pppoe) {

    int spareCount() {
        return outside.spec().maxEntries();
    }
}
