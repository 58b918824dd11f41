package sluice.dataplane.api;

import sluice.net.MacAddress;

/**
 * By what the data plane finds a lease: what every frame of the client has.
 *
 * @param port index of the access interface
 * @param svlan VLAN of the outer (or only) tag, 0 when there is none
 * @param cvlan VLAN of the inner tag, 0 when there is none
 * @param mac the client's hardware address
 */
public record LeaseKey(int port, int svlan, int cvlan, MacAddress mac) {

    public LeaseKey {
        if (port < 0 || port > 0xffff || svlan >>> 12 != 0 || cvlan >>> 12 != 0) {
            throw new IllegalArgumentException("Port " + port + ", VLANs " + svlan + " and " + cvlan);
        }
    }
}
