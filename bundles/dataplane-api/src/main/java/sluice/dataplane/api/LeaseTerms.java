package sluice.dataplane.api;

import java.time.Duration;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.Ip4;

/**
 * On what terms a DHCPv4 client has its address, and all that an answer to its next request needs. An OFFER or ACK has
 * these options in this order (RFC 2132): message type, server identifier, the client identifier of the request,
 * {@code options}, option 82 of the request, end. Requests that differ in {@code wish}, {@code parameters} or
 * {@code relay} are none of the data plane's business.
 *
 * @param server identifier and source address of answers
 * @param lease how long an ACK extends the grant, whole seconds, 1 and up
 * @param wish lease time for which the client asks (option 51), seconds, empty when it names none
 * @param parameters what the client asks for (option 55), empty when it sends no list
 * @param options encoded, from the lease time to the last parameter
 * @param relay option 82 without code and length; empty when requests have none
 * @param relayRequired whether a client that does not name its address (ciaddr) needs option 82 to be heard
 */
public record LeaseTerms(
        Ip4 server,
        Duration lease,
        Optional<Long> wish,
        Optional<Bytes> parameters,
        Bytes options,
        Bytes relay,
        boolean relayRequired) {

    public LeaseTerms {
        if (lease.toSeconds() < 1 || lease.toSeconds() > 0xffff_ffffL) {
            throw new IllegalArgumentException("Lease of " + lease + ", expected 1..2^32-1 seconds");
        }
    }

    /** The same, with what the relay said before. */
    public LeaseTerms withRelay(Bytes before) {
        return new LeaseTerms(server, lease, wish, parameters, options, before, relayRequired);
    }
}
