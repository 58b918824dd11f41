package sluice.session.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;

/**
 * A network of subscribers with what its members are told.
 *
 * @param name of the pool
 * @param prefix all addresses of the network, also those that are not given out
 * @param gateway the appliance's own address in it, also DHCP server identifier
 * @param dns name servers
 * @param domain domain name
 * @param ntp time servers
 * @param lease how long a grant is good
 * @param options further DHCP options by code, already encoded
 */
public record Network(
        String name,
        Ip4Prefix prefix,
        Ip4 gateway,
        List<Ip4> dns,
        Optional<String> domain,
        List<Ip4> ntp,
        Duration lease,
        Map<Integer, Bytes> options) {

    public Network {
        dns = List.copyOf(dns);
        ntp = List.copyOf(ntp);
        options = Map.copyOf(options);
        if (!prefix.contains(gateway)) {
            throw new IllegalArgumentException("Gateway " + gateway + " of pool " + name + " is not in " + prefix);
        }
        if (lease.toSeconds() < 1 || lease.toSeconds() > 0xFFFF_FFFEL) {
            throw new IllegalArgumentException("Lease of pool " + name + " is " + lease + ", expected 1 s or more");
        }
    }
}
