package sluice.coa;

import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.PortTemplate;
import sluice.session.api.SessionId;
import sluice.session.api.SessionQuery;

/**
 * Finds out of a request whether it is for this gateway and which session it means (RFC 5176, 3). All that is given
 * must agree. Safe for any thread.
 */
final class SessionSelector {

    /** Attributes that name the gateway. */
    static final Set<AttributeCode> GATEWAY =
            Set.of(AttributeCode.NAS_IP_ADDRESS, AttributeCode.NAS_IDENTIFIER, AttributeCode.NAS_IPV6_ADDRESS);

    /** Attributes that name the session. */
    static final Set<AttributeCode> SESSION = Set.of(
            AttributeCode.USER_NAME,
            AttributeCode.FRAMED_IP_ADDRESS,
            AttributeCode.CALLING_STATION_ID,
            AttributeCode.ACCT_SESSION_ID,
            AttributeCode.NAS_PORT,
            AttributeCode.NAS_PORT_ID,
            AttributeCode.FRAMED_INTERFACE_ID,
            AttributeCode.FRAMED_IPV6_PREFIX,
            AttributeCode.DELEGATED_IPV6_PREFIX);

    private static final int INTERFACE_ID_LENGTH = 8;

    private final GatewaySettings gateway;

    SessionSelector(GatewaySettings gateway) {
        this.gateway = gateway;
    }

    /** Refuses what is meant for another gateway. */
    void checkGateway(SingleValues values) throws RequestRefused {
        boolean mine = values.text(AttributeCode.NAS_IDENTIFIER)
                        .map(gateway.nasIdentifier()::equals)
                        .orElse(true)
                && values.ip4(AttributeCode.NAS_IP_ADDRESS)
                        .map(gateway.nasAddress()::equals)
                        .orElse(true)
                && values.ip6(AttributeCode.NAS_IPV6_ADDRESS)
                        .map(address ->
                                gateway.nasAddress6().filter(address::equals).isPresent())
                        .orElse(true);
        if (!mine) {
            throw new RequestRefused(ErrorCause.NAS_IDENTIFICATION_MISMATCH, "is for another gateway");
        }
    }

    /** Which session is meant. */
    SessionQuery query(SingleValues values) throws RequestRefused {
        if (SESSION.stream().noneMatch(values::has)) {
            throw new RequestRefused(ErrorCause.MISSING_ATTRIBUTE, "names no session");
        }
        return new SessionQuery(
                id(values),
                values.ip4(AttributeCode.FRAMED_IP_ADDRESS),
                values.prefix(AttributeCode.FRAMED_IPV6_PREFIX),
                mac(values),
                values.text(AttributeCode.USER_NAME),
                line(values),
                values.prefix(AttributeCode.DELEGATED_IPV6_PREFIX),
                values.octets(AttributeCode.FRAMED_INTERFACE_ID, INTERFACE_ID_LENGTH)
                        .map(Bytes::toHex));
    }

    /** An id that we cannot have given belongs to no session of ours. */
    private static Optional<SessionId> id(SingleValues values) throws RequestRefused {
        Optional<String> text = values.text(AttributeCode.ACCT_SESSION_ID);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(SessionId.parse(text.get()));
        } catch (IllegalArgumentException e) {
            throw new RequestRefused(ErrorCause.SESSION_CONTEXT_NOT_FOUND, "Acct-Session-Id is none of ours");
        }
    }

    /** With colons or with dashes (RFC 3580, 3.21). */
    private static Optional<MacAddress> mac(SingleValues values) throws RequestRefused {
        Optional<String> text = values.text(AttributeCode.CALLING_STATION_ID);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(MacAddress.parse(text.get()));
        } catch (IllegalArgumentException e) {
            throw new RequestRefused(ErrorCause.INVALID_ATTRIBUTE_VALUE, "Calling-Station-Id is no MAC address");
        }
    }

    /** By NAS-Port-Id, NAS-Port or both, as our Access-Requests name the line. */
    private Optional<Predicate<LineId>> line(SingleValues values) throws RequestRefused {
        Optional<Predicate<LineId>> byId = values.text(AttributeCode.NAS_PORT_ID)
                .map(id -> line -> gateway.portIds().apply(line).equals(id));
        Optional<Predicate<LineId>> byNumber =
                values.number(AttributeCode.NAS_PORT).map(number -> line -> PortTemplate.number(line) == number);
        return byId.isPresent() && byNumber.isPresent()
                ? byId.map(both -> both.and(byNumber.get()))
                : byId.or(() -> byNumber);
    }
}
