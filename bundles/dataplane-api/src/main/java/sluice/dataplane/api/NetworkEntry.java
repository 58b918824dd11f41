package sluice.dataplane.api;

import sluice.net.Ip4;
import sluice.net.Ip4Prefix;

/**
 * A network of subscribers and the address under which the gateway answers in it.
 *
 * @param prefix at most as many addresses as the data plane's capacity
 * @param gateway answered to ARP on the access side
 */
public record NetworkEntry(Ip4Prefix prefix, Ip4 gateway) {

    public NetworkEntry {
        if (!prefix.contains(gateway)) {
            throw new IllegalArgumentException("Gateway " + gateway + " is not in " + prefix);
        }
    }
}
