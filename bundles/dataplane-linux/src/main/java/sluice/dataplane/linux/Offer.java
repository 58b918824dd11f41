package sluice.dataplane.linux;

import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.SubscriberEntry;

/**
 * What this data plane can do for a subscriber on this machine; everything else is refused by name and never done by
 * halves.
 *
 * @param ports how many access interfaces there are
 * @param tags whether programs on them take tags off and put them on
 * @param ip6 whether the kernel has IPv6
 */
record Offer(int ports, boolean tags, boolean ip6) {

    /** @throws DataPlaneException with what is missing */
    void check(SubscriberEntry entry) throws DataPlaneException {
        if (entry.port() < 0 || entry.port() >= ports) {
            throw new DataPlaneException(Reason.UNKNOWN_PORT, "port " + entry.port() + " of " + ports);
        }
        refuse(!entry.tags().isEmpty() && !tags, "VLAN tags " + entry.tags() + " without tc-bpf");
        refuse(!LineMark.knows(entry.tags()), "VLAN tags " + entry.tags());
        refuse(entry.pppoeSession() != 0, "PPPoE");
        refuse(!entry.prefixes().isEmpty() && !ip6, "IPv6 on a kernel without it");
    }

    private static void refuse(boolean asked, String what) throws DataPlaneException {
        if (asked) {
            throw new DataPlaneException(Reason.UNSUPPORTED, what + " needs another data plane");
        }
    }
}
