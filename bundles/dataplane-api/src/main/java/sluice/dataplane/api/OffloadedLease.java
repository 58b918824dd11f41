package sluice.dataplane.api;

import java.time.Duration;

/**
 * A lease that the data plane extends by itself, at the moment of the reading.
 *
 * @param session to whom it belongs
 * @param remaining until the grant ends, with every extension so far; zero or less when it is over
 * @param lease what an ACK grants
 * @param answers ACKs that the data plane has sent for it
 */
public record OffloadedLease(long session, Duration remaining, Duration lease, long answers) {}
