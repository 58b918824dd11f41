package sluice.dataplane.api;

/**
 * How often a data plane answered DHCPv4 clients by itself, since its counters are there: they go on over restarts of
 * the gateway.
 *
 * @param offers to a DISCOVER
 * @param acks to a REQUEST
 */
public record LeaseAnswers(long offers, long acks) {}
