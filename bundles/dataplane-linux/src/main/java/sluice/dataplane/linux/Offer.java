package sluice.dataplane.linux;

import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;

/** What this data plane can do for a subscriber; everything else is refused by name and never done by halves. */
final class Offer {

    private Offer() {}

    /** @throws DataPlaneException with what is missing */
    static void check(SubscriberEntry entry, int ports) throws DataPlaneException {
        if (entry.port() < 0 || entry.port() >= ports) {
            throw new DataPlaneException(Reason.UNKNOWN_PORT, "port " + entry.port() + " of " + ports);
        }
        Treatment treatment = entry.treatment();
        refuse(!entry.tags().isEmpty(), "VLAN tags " + entry.tags());
        refuse(entry.pppoeSession() != 0, "PPPoE");
        refuse(entry.address().isAny(), "a subscriber without an IPv4 address");
        refuse(!entry.prefixes().isEmpty(), "IPv6");
        refuse(!entry.routes().isEmpty(), "networks behind a subscriber");
        refuse(treatment.access() == Treatment.Access.WALLED, "a walled garden");
        refuse(treatment.dscpUp().isPresent() || treatment.dscpDown().isPresent(), "marking DSCP");
        refuse(treatment.maxSegmentSize() != 0, "limiting TCP segments");
    }

    private static void refuse(boolean asked, String what) throws DataPlaneException {
        if (asked) {
            throw new DataPlaneException(Reason.UNSUPPORTED, what + " needs another data plane");
        }
    }
}
