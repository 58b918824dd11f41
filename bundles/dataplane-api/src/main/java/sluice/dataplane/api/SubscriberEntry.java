package sluice.dataplane.api;

import java.util.List;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * What the data plane knows of one subscriber: by it packets are let in from the line and sent to the line.
 *
 * @param session id of the session, not 0
 * @param port index of the access interface
 * @param tags of the line, outermost first, at most two; their priority bits count if the treatment says so
 * @param mac of the subscriber's device, or of the relay before it
 * @param pppoeSession session id of RFC 2516, 1..65534; 0: IPoE
 * @param pppoeMagic our LCP magic number, for echo replies (RFC 1661, 5.8); 0: none was negotiated, or IPoE
 * @param address the IPv4 source that is let in; 0.0.0.0: none
 * @param prefixes the IPv6 sources that are let in, of host (/128), link or delegation, at most 8
 * @param routes IPv4 networks behind the subscriber, let in as sources and led to it, at most 8; an address that a
 *     session has for itself goes before every route
 * @param upload what the subscriber may send
 * @param download what the subscriber may receive
 */
public record SubscriberEntry(
        long session,
        int port,
        List<VlanTag> tags,
        MacAddress mac,
        int pppoeSession,
        int pppoeMagic,
        Ip4 address,
        List<Ip6Prefix> prefixes,
        List<Ip4Prefix> routes,
        Policer upload,
        Policer download,
        Treatment treatment) {

    private static final int TAGS_MAX = 2;
    private static final int PREFIXES_MAX = 8;
    private static final int ROUTES_MAX = 8;
    private static final int PPPOE_SESSION_MAX = 65534;

    public SubscriberEntry {
        tags = List.copyOf(tags);
        prefixes = List.copyOf(prefixes);
        routes = List.copyOf(routes);
        if (session == 0) {
            throw new IllegalArgumentException("Session id 0 is not given to a session");
        }
        if (tags.size() > TAGS_MAX) {
            throw new IllegalArgumentException(tags.size() + " VLAN tags, expected at most " + TAGS_MAX);
        }
        if (pppoeSession < 0 || pppoeSession > PPPOE_SESSION_MAX) {
            throw new IllegalArgumentException("PPPoE session " + pppoeSession + ", expected 0..65534");
        }
        if (pppoeSession == 0 && pppoeMagic != 0) {
            throw new IllegalArgumentException("An LCP magic number without PPPoE");
        }
        if (prefixes.size() > PREFIXES_MAX || prefixes.stream().distinct().count() != prefixes.size()) {
            throw new IllegalArgumentException(prefixes + ", expected at most " + PREFIXES_MAX + " that differ");
        }
        if (routes.size() > ROUTES_MAX || routes.stream().distinct().count() != routes.size()) {
            throw new IllegalArgumentException(routes + ", expected at most " + ROUTES_MAX + " that differ");
        }
        if (prefixes.stream().anyMatch(prefix -> prefix.length() == 0)
                || routes.stream().anyMatch(route -> route.length() == 0)) {
            throw new IllegalArgumentException("A subscriber has no default route of its own");
        }
    }

    /** A subscriber without IPv4 networks behind it. */
    public SubscriberEntry(
            long session,
            int port,
            List<VlanTag> tags,
            MacAddress mac,
            int pppoeSession,
            int pppoeMagic,
            Ip4 address,
            List<Ip6Prefix> prefixes,
            Policer upload,
            Policer download,
            Treatment treatment) {
        this(
                session,
                port,
                tags,
                mac,
                pppoeSession,
                pppoeMagic,
                address,
                prefixes,
                List.of(),
                upload,
                download,
                treatment);
    }

    /** The same whose LCP has no magic number. */
    public SubscriberEntry(
            long session,
            int port,
            List<VlanTag> tags,
            MacAddress mac,
            int pppoeSession,
            Ip4 address,
            List<Ip6Prefix> prefixes,
            Policer upload,
            Policer download,
            Treatment treatment) {
        this(session, port, tags, mac, pppoeSession, 0, address, prefixes, upload, download, treatment);
    }

    /** A subscriber on IPoE with an IPv4 address alone, treated plainly. */
    public SubscriberEntry(
            long session, int port, List<VlanTag> tags, MacAddress mac, Ip4 address, Policer upload, Policer download) {
        this(session, port, tags, mac, 0, 0, address, List.of(), upload, download, Treatment.PLAIN);
    }
}
