package sluice.dataplane.api;

import java.util.Locale;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;

/**
 * Something that may be reached from a walled garden.
 *
 * @param destination addresses; IPv4 as mapped (RFC 4291, 2.5.5.2)
 * @param protocol number of IP, 0 for all
 * @param first lowest port; 0 where there are no ports or all are meant
 * @param last highest port; 65535 where there are no ports or all are meant
 */
public record Allowed(Ip6Prefix destination, int protocol, int first, int last) {

    /** All protocols. */
    public static final int ANY = 0;

    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP6 = 58;
    private static final int PORT_MAX = 0xffff;
    private static final int PROTOCOL_MAX = 0xff;
    private static final int MAPPED_BITS = 96;
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final long IP4 = 0xffff_ffffL;

    public Allowed {
        if (protocol < 0 || protocol > PROTOCOL_MAX) {
            throw new IllegalArgumentException("Protocol " + protocol + ", expected 0..255");
        }
        if (first < 0 || last > PORT_MAX || first > last) {
            throw new IllegalArgumentException("Ports " + first + " to " + last + ", expected 0..65535 in this order");
        }
        if (protocol != TCP && protocol != UDP && (first != 0 || last != PORT_MAX)) {
            throw new IllegalArgumentException("Protocol " + protocol + " has no ports");
        }
    }

    /** The same addresses in the form in which all are looked up. */
    public static Ip6Prefix mapped(Ip4Prefix prefix) {
        Ip6 network = new Ip6(0, MAPPED | prefix.network().bits() & IP4);
        return new Ip6Prefix(network, MAPPED_BITS + prefix.length());
    }

    /**
     * A destination as an operator writes it: {@code 10.0.0.0/8 tcp/443}, {@code 2001:db8::/32 udp/5000-5010},
     * {@code 192.0.2.1 icmp}, {@code 192.0.2.53 any}; an address without length is one host, a missing protocol is
     * {@code any}.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static Allowed parse(String text) {
        String[] words = text.trim().split("\\s+", -1);
        if (words.length > 2) {
            throw new IllegalArgumentException("Allowed \"" + text + "\", expected prefix protocol/port");
        }
        Ip6Prefix destination = destination(words[0]);
        String service = words.length == 2 ? words[1].toLowerCase(Locale.ROOT) : "any";
        int slash = service.indexOf('/');
        int protocol = protocol(slash < 0 ? service : service.substring(0, slash), words[0].contains(":"));
        if (slash < 0) {
            return new Allowed(destination, protocol, 0, PORT_MAX);
        }
        String ports = service.substring(slash + 1);
        int dash = ports.indexOf('-');
        return dash < 0
                ? new Allowed(destination, protocol, port(ports), port(ports))
                : new Allowed(destination, protocol, port(ports.substring(0, dash)), port(ports.substring(dash + 1)));
    }

    private static Ip6Prefix destination(String text) {
        if (text.contains(":")) {
            return Ip6Prefix.parse(text.contains("/") ? text : text + "/128");
        }
        return mapped(Ip4Prefix.parse(text.contains("/") ? text : text + "/32"));
    }

    private static int protocol(String text, boolean ip6) {
        return switch (text) {
            case "any" -> ANY;
            case "tcp" -> TCP;
            case "udp" -> UDP;
            case "icmp" -> ip6 ? ICMP6 : ICMP;
            default -> throw new IllegalArgumentException("Protocol \"" + text + "\", expected tcp, udp, icmp or any");
        };
    }

    static int port(String text) {
        if (text.length() > 5 || !text.chars().allMatch(digit -> digit >= '0' && digit <= '9') || text.isEmpty()) {
            throw new IllegalArgumentException("Port \"" + text + "\", expected 0..65535");
        }
        return Integer.parseInt(text);
    }
}
