package sluice.session.api;

import java.util.Optional;
import sluice.net.Ip4;

/**
 * The question for an address.
 *
 * @param session who asks; asking again returns the same grant
 * @param key line and device, for stickiness
 * @param fixed Framed-IP-Address; no other will do
 * @param pool Framed-Pool
 * @param requested what the subscriber would like, given if it is free and fits
 * @param link an address of the network in which the subscriber is, when it is behind a relay
 */
public record AddressRequest(
        SessionId session,
        SessionKey key,
        Optional<Ip4> fixed,
        Optional<String> pool,
        Optional<Ip4> requested,
        Optional<Ip4> link) {}
