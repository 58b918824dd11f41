package sluice.dataplane.xdp;

import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;

/**
 * The maps that {@link Subscribers} keeps in step.
 *
 * @param outside from addresses outside the networks to spare entries, as many as there are spare entries
 * @param prefixes from IPv6 prefixes to entries
 * @param routes from IPv4 networks behind subscribers to entries
 * @param pppoe from PPPoE sessions to entries
 */
record EntryMaps(
        ConfigTable config,
        SubscriberTable table,
        BpfMap outside,
        PrefixStore<Ip6Prefix> prefixes,
        PrefixStore<Ip4Prefix> routes,
        BpfMap pppoe) {

    int spareCount() {
        return outside.spec().maxEntries();
    }
}
