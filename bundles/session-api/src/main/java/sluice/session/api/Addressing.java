package sluice.session.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;

/**
 * Addresses and networks that an operator's RADIUS gives one subscriber.
 *
 * @param address Framed-IP-Address
 * @param netmask Framed-IP-Netmask as prefix length, 0..32
 * @param pool Framed-Pool
 * @param dns name servers in the order given; empty means those of the network
 * @param routes Framed-Route, every instance
 * @param framedPrefix Framed-IPv6-Prefix (RFC 3162, 2.3): of the link; in a session with a pool, what that gave
 * @param delegatedPrefix Delegated-IPv6-Prefix (RFC 4818); in a session with a pool, what that gave
 * @param framedPrefixPool Framed-IPv6-Pool (RFC 3162, 2.6)
 * @param delegatedPrefixPool Delegated-IPv6-Prefix-Pool (RFC 6911, 3.4)
 * @param routes6 Framed-IPv6-Route (RFC 3162, 2.5), every instance
 */
public record Addressing(
        Optional<Ip4> address,
        OptionalInt netmask,
        Optional<String> pool,
        List<Ip4> dns,
        List<FramedRoute> routes,
        Optional<Ip6Prefix> framedPrefix,
        Optional<Ip6Prefix> delegatedPrefix,
        Optional<String> framedPrefixPool,
        Optional<String> delegatedPrefixPool,
        List<Ip6Prefix> routes6) {

    /** What the pools and networks of the appliance say. */
    public static final Addressing NONE = new Addressing(
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of());

    public Addressing {
        dns = List.copyOf(dns);
        routes = List.copyOf(routes);
        routes6 = List.copyOf(routes6);
        if (netmask.isPresent() && (netmask.getAsInt() < 0 || netmask.getAsInt() > Integer.SIZE)) {
            throw new IllegalArgumentException("Netmask of " + netmask.getAsInt() + " bits, expected 0..32");
        }
    }

    /** Whether this names that address, or its pool, or leaves both to the appliance. */
    public boolean allows(AddressGrant held) {
        return address.map(held.address()::equals)
                .orElseGet(() -> pool.map(held.network().name()::equals).orElse(true));
    }

    /** The same with other name servers. */
    public Addressing withDns(List<Ip4> servers) {
        return new Addressing(
                address,
                netmask,
                pool,
                servers,
                routes,
                framedPrefix,
                delegatedPrefix,
                framedPrefixPool,
                delegatedPrefixPool,
                routes6);
    }

    /** The same with another address or pool. */
    public Addressing withAddress(Optional<Ip4> fixed, Optional<String> from) {
        return new Addressing(
                fixed,
                netmask,
                from,
                dns,
                routes,
                framedPrefix,
                delegatedPrefix,
                framedPrefixPool,
                delegatedPrefixPool,
                routes6);
    }

    /** The same with other networks behind the subscriber. */
    public Addressing withRoutes(List<FramedRoute> ip4, List<Ip6Prefix> ip6) {
        return new Addressing(
                address,
                netmask,
                pool,
                dns,
                ip4,
                framedPrefix,
                delegatedPrefix,
                framedPrefixPool,
                delegatedPrefixPool,
                ip6);
    }

    /** The same with other prefixes of link and delegation. */
    public Addressing withPrefixes(Optional<Ip6Prefix> framed, Optional<Ip6Prefix> delegated) {
        return new Addressing(
                address, netmask, pool, dns, routes, framed, delegated, framedPrefixPool, delegatedPrefixPool, routes6);
    }

    /** The same with other pools of prefixes. */
    public Addressing withPrefixPools(Optional<String> framed, Optional<String> delegated) {
        return new Addressing(
                address, netmask, pool, dns, routes, framedPrefix, delegatedPrefix, framed, delegated, routes6);
    }

    /** The same without the prefixes that pools gave: as another session may have it too. */
    public Addressing withoutPooledPrefixes() {
        return withPrefixes(
                framedPrefixPool.isPresent() ? Optional.empty() : framedPrefix,
                delegatedPrefixPool.isPresent() ? Optional.empty() : delegatedPrefix);
    }
}
