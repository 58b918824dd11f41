package sluice.dataplane.api;

import java.util.List;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * What the data plane knows of one subscriber: by it packets are let in from the line and sent to the line.
 *
 * @param session id of the session, not 0
 * @param port index of the access interface
 * @param tags of the line, outermost first, at most two; priority bits are those of frames to the subscriber
 * @param mac of the subscriber's device, or of the relay before it
 * @param address the only source address that is let in
 * @param upload what the subscriber may send
 * @param download what the subscriber may receive
 */
public record SubscriberEntry(
        long session, int port, List<VlanTag> tags, MacAddress mac, Ip4 address, Policer upload, Policer download) {

    public SubscriberEntry {
        tags = List.copyOf(tags);
        if (session == 0) {
            throw new IllegalArgumentException("Session id 0 is not given to a session");
        }
        if (tags.size() > 2) {
            throw new IllegalArgumentException(tags.size() + " VLAN tags, expected at most 2");
        }
    }
}
