package sluice.dataplane.api;

import sluice.net.Bytes;

/**
 * A whole Ethernet frame with its VLAN tags and without its checksum sequence, as it came from or goes to an access
 * port.
 *
 * @param port index of the access interface in the hardware profile
 * @param bytes from the destination address on
 */
public record Frame(int port, Bytes bytes) {

    public Frame {
        if (port < 0) {
            throw new IllegalArgumentException("Port " + port + ", expected 0 or more");
        }
    }
}
