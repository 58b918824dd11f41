package sluice.session.api;

import sluice.net.Ip4;

/**
 * An address that belongs to one session, and the network it lies in.
 *
 * @param address given to nobody else until it is released
 * @param network what its holder is told
 */
public record AddressGrant(Ip4 address, Network network) {}
