package sluice.session;

import java.util.List;
import java.util.Optional;
import sluice.dataplane.api.Treatment;
import sluice.net.MacAddress;
import sluice.net.VlanTag;
import sluice.session.api.Effect;
import sluice.session.api.PppLink;

/**
 * How a session's packets reach the subscriber.
 *
 * @param tags of the frames to him, outermost first
 * @param nextHop his device, or the relay before it
 * @param link of PPPoE; empty with IPoE
 */
record Path(List<VlanTag> tags, MacAddress nextHop, Optional<PppLink> link) {

    /** Of a session that was never opened. */
    static final Path NONE = new Path(List.of(), MacAddress.ZERO, Optional.empty());

    /** Headers of IPv4 and TCP without options, bytes (RFC 9293, 3.7.1); the data plane knows what IPv6 has more. */
    private static final int HEADERS = 40;

    Path {
        tags = List.copyOf(tags);
    }

    static Path of(Effect.Open open) {
        return new Path(open.tags(), open.nextHop(), open.link());
    }

    /** Our LCP magic number, 0 without one. */
    int magic() {
        return link.map(PppLink::magic).orElse(0);
    }

    /** Whether its address, if it has one, passes packets. */
    boolean hasIp4() {
        return link.map(PppLink::ip4).orElse(true);
    }

    /** Whether its prefixes, if it has any, pass packets. */
    boolean hasIp6() {
        return link.map(PppLink::ip6).orElse(true);
    }

    /** What a policy says of packets, with sizes that the link carries. */
    Treatment fitting(Treatment policy) {
        if (link.isEmpty()) {
            return policy;
        }
        int mru = link.get().mru();
        return new Treatment(
                policy.identity(),
                policy.access(),
                policy.garden(),
                policy.dscpUp(),
                policy.dscpDown(),
                policy.priority(),
                lower(policy.maxSegmentSize(), mru - HEADERS),
                lower(policy.mtu(), mru));
    }

    /** @param policy 0: no limit */
    private static int lower(int policy, int link) {
        return policy == 0 ? link : Math.min(policy, link);
    }
}
