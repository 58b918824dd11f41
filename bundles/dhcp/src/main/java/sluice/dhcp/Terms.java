package sluice.dhcp;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sluice.dhcp.DhcpOption.BroadcastAddress;
import sluice.dhcp.DhcpOption.DnsServers;
import sluice.dhcp.DhcpOption.DomainName;
import sluice.dhcp.DhcpOption.LeaseTime;
import sluice.dhcp.DhcpOption.NtpServers;
import sluice.dhcp.DhcpOption.ParameterRequestList;
import sluice.dhcp.DhcpOption.RebindingTime;
import sluice.dhcp.DhcpOption.RenewalTime;
import sluice.dhcp.DhcpOption.Routers;
import sluice.dhcp.DhcpOption.SubnetMask;
import sluice.dhcp.DhcpOption.Unknown;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.WireWriter;
import sluice.session.api.AddressGrant;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Network;
import sluice.session.api.SessionView;

/**
 * What a client is told about its network.
 *
 * @param network in which it is
 * @param link its mask and its broadcast address are told
 * @param dns name servers, those of the authorization before those of the network
 * @param lease how long a grant is good
 * @param isScarce whether the lease is short because addresses are; such a grant is extended by nobody else
 */
record Terms(Network network, Ip4Prefix link, List<Ip4> dns, Duration lease, boolean isScarce) {
    /** What the last moment of a session is told as; there is no lease of no time. */
    private static final Duration LEASE_MIN = Duration.ofSeconds(1);

    private static final Bytes UNASKED = Bytes.of(
            DhcpOption.SUBNET_MASK,
            DhcpOption.ROUTERS,
            DhcpOption.DNS_SERVERS,
            DhcpOption.DOMAIN_NAME,
            DhcpOption.BROADCAST_ADDRESS,
            DhcpOption.NTP_SERVERS);

    Terms {
        dns = List.copyOf(dns);
    }

    /**
     * The terms for a subscriber. A client may wish a shorter lease than the network's (RFC 2131, 4.3.1), but none
     * below {@code leaseMin}. What is left of a Session-Timeout that ends the session bounds it too, and so does the
     * limit there is while addresses are scarce.
     *
     * @param now monotonic milliseconds
     */
    static Terms of(SessionView session, Network network, Optional<Duration> wish, Duration leaseMin, long now) {
        List<Ip4> dns = session.authorization()
                .map(granted -> granted.addressing().dns())
                .orElse(List.of());
        Duration lease = network.lease();
        if (wish.isPresent()) {
            lease = shorter(lease, longer(wish.get(), leaseMin));
        }
        Optional<Duration> left = session.timeLeft(now);
        if (left.isPresent()) {
            lease = shorter(lease, longer(left.get(), LEASE_MIN));
        }
        Optional<Duration> limit = session.leaseLimit(network);
        if (limit.isPresent()) {
            lease = shorter(lease, limit.get());
        }
        return new Terms(
                network, link(session, network), dns.isEmpty() ? network.dns() : dns, lease, limit.isPresent());
    }

    /**
     * The link as Framed-IP-Address and Framed-IP-Netmask make it, if the session has that address and the router is on
     * the link: a mask of 32 ones, which servers send for PPP, would leave the client without one.
     */
    private static Ip4Prefix link(SessionView session, Network network) {
        Optional<Ip4> held = session.address().map(AddressGrant::address);
        Optional<Addressing> granted = session.authorization().map(Authorization::addressing);
        if (held.isEmpty()
                || granted.isEmpty()
                || !granted.get().address().equals(held)
                || granted.get().netmask().isEmpty()) {
            return network.prefix();
        }
        Ip4Prefix link = Ip4Prefix.around(held.get(), granted.get().netmask().getAsInt());
        return link.contains(network.gateway()) ? link : network.prefix();
    }

    /** Lease time, T1 after half of it, T2 after seven eighths (RFC 2131, 4.4.5). */
    void addTimes(List<DhcpOption> out) {
        long seconds = lease.toSeconds();
        out.add(new LeaseTime(Duration.ofSeconds(seconds)));
        out.add(new RenewalTime(Duration.ofSeconds(seconds / 2)));
        out.add(new RebindingTime(Duration.ofSeconds(seconds * 7 / 8)));
    }

    /**
     * Adds what the client asks for, in its order, so that what is left out for lack of room is what it wants least.
     * The mask stands before the routers all the same (RFC 2132, 3.3). A client that asks for nothing gets everything.
     */
    void addParameters(List<DhcpOption> out, Optional<ParameterRequestList> request) {
        Bytes codes = request.map(ParameterRequestList::codes).orElseGet(this::all);
        boolean[] asked = new boolean[256];
        for (int i = 0; i < codes.length(); i++) {
            asked[codes.at(i)] = true;
        }
        for (int i = 0; i < codes.length(); i++) {
            int code = codes.at(i);
            if (code == DhcpOption.ROUTERS) {
                add(out, DhcpOption.SUBNET_MASK, asked);
            }
            add(out, code, asked);
        }
    }

    /** Adds a parameter that is asked for and not added yet. */
    private void add(List<DhcpOption> out, int code, boolean[] asked) {
        if (asked[code]) {
            asked[code] = false;
            parameter(code).ifPresent(out::add);
        }
    }

    private Optional<DhcpOption> parameter(int code) {
        if (isOfTheProtocol(code)) {
            return Optional.empty();
        }
        Bytes configured = network.options().get(code);
        if (configured != null) {
            return Optional.of(new Unknown(code, configured));
        }
        return switch (code) {
            case DhcpOption.SUBNET_MASK -> Optional.of(new SubnetMask(link.netmask()));
            case DhcpOption.ROUTERS -> Optional.of(new Routers(List.of(network.gateway())));
            case DhcpOption.DNS_SERVERS -> dns.isEmpty() ? Optional.empty() : Optional.of(new DnsServers(dns));
            case DhcpOption.DOMAIN_NAME -> network.domain().map(Terms::text).map(DomainName::new);
            case DhcpOption.BROADCAST_ADDRESS -> Optional.of(new BroadcastAddress(link.broadcast()));
            case DhcpOption.NTP_SERVERS ->
                network.ntp().isEmpty() ? Optional.empty() : Optional.of(new NtpServers(network.ntp()));
            default -> Optional.empty();
        };
    }

    /** Options that the server itself decides on; no configuration reaches them. */
    private static boolean isOfTheProtocol(int code) {
        return switch (code) {
            case DhcpOption.PAD, DhcpOption.END, DhcpOption.RELAY_AGENT -> true;
            case DhcpOption.VENDOR_CLASS -> false;
            default -> code >= DhcpOption.REQUESTED_ADDRESS && code <= DhcpOption.CLIENT_IDENTIFIER;
        };
    }

    private Bytes all() {
        WireWriter codes = new WireWriter(32).bytes(UNASKED);
        network.options().keySet().stream()
                .filter(code -> code > 0 && code < 255)
                .sorted()
                .forEach(codes::u8);
        return codes.toBytes();
    }

    private static Bytes text(String text) {
        return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
