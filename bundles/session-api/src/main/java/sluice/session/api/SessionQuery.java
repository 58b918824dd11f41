package sluice.session.api;

import java.util.Optional;
import java.util.function.Predicate;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;

/**
 * By what sessions are looked for. All that is given must agree, and something must be given.
 *
 * @param prefix exactly one of the session's IPv6 prefixes
 * @param userName exactly as it is accounted
 * @param line runs on the shards and must be quick
 * @param delegated the prefix that is delegated to the subscriber
 * @param interfaceId {@link AccessProtocol#INTERFACE_ID}
 */
public record SessionQuery(
        Optional<SessionId> id,
        Optional<Ip4> address,
        Optional<Ip6Prefix> prefix,
        Optional<MacAddress> mac,
        Optional<String> userName,
        Optional<Predicate<LineId>> line,
        Optional<Ip6Prefix> delegated,
        Optional<String> interfaceId) {

    public SessionQuery {
        if (id.isEmpty()
                && address.isEmpty()
                && prefix.isEmpty()
                && mac.isEmpty()
                && userName.isEmpty()
                && line.isEmpty()
                && delegated.isEmpty()
                && interfaceId.isEmpty()) {
            throw new IllegalArgumentException("A query for sessions that asks for nothing");
        }
    }

    /** By what most are looked for. */
    public SessionQuery(
            Optional<SessionId> id,
            Optional<Ip4> address,
            Optional<Ip6Prefix> prefix,
            Optional<MacAddress> mac,
            Optional<String> userName,
            Optional<Predicate<LineId>> line) {
        this(id, address, prefix, mac, userName, line, Optional.empty(), Optional.empty());
    }

    /** One session. */
    public static SessionQuery of(SessionId id) {
        return new SessionQuery(
                Optional.of(id),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Who has this address. */
    public static SessionQuery of(Ip4 address) {
        return new SessionQuery(
                Optional.empty(),
                Optional.of(address),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** All sessions of a device. */
    public static SessionQuery of(MacAddress mac) {
        return new SessionQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(mac),
                Optional.empty(),
                Optional.empty());
    }

    /** All sessions of a user. */
    public static SessionQuery ofUser(String userName) {
        return new SessionQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(userName),
                Optional.empty());
    }
}
