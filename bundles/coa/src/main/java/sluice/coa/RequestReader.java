package sluice.coa;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sluice.net.Bytes;
import sluice.radius.packet.Attribute;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeReader;
import sluice.radius.packet.RadiusDictionary;
import sluice.radius.packet.VerifiedPacket;
import sluice.session.api.AuthorizationChange;

/** Understands verified requests, or says why not (RFC 5176, 3). Safe for any thread. */
final class RequestReader {

    private static final AttributeCode CISCO_AVPAIR = new AttributeCode(9, 1);
    private static final Bytes REAUTHENTICATE = Bytes.utf8("subscriber:command=reauthenticate");
    private static final long AUTHORIZE_ONLY = 17;

    /** Attributes that say nothing of what is wanted; State and Proxy-State come back in the answer. */
    private static final Set<AttributeCode> NEUTRAL = Set.of(
            AttributeCode.STATE,
            AttributeCode.PROXY_STATE,
            AttributeCode.EVENT_TIMESTAMP,
            AttributeCode.MESSAGE_AUTHENTICATOR);

    private final AttributeReader attributes;
    private final RadiusDictionary dictionary;
    private final SessionSelector selector;
    private final ChangeReader changes;

    RequestReader(GatewaySettings gateway, RadiusDictionary dictionary) {
        this.attributes = new AttributeReader(dictionary);
        this.dictionary = dictionary;
        this.selector = new SessionSelector(gateway);
        this.changes = new ChangeReader(dictionary);
    }

    /** What is wanted. */
    SessionRequest read(RequestKind kind, VerifiedPacket packet) throws RequestRefused {
        SingleValues values = new SingleValues();
        List<Attribute> altering = new ArrayList<>();
        Optional<AttributeCode> unsupported = Optional.empty();
        boolean again = false;
        Optional<Bytes> state = Optional.empty();
        for (Attribute attribute : attributes.of(packet)) {
            AttributeCode code = attribute.code();
            if (SessionSelector.GATEWAY.contains(code)
                    || SessionSelector.SESSION.contains(code)
                    || code.equals(AttributeCode.SERVICE_TYPE)) {
                values.put(attribute);
            } else if (kind == RequestKind.CHANGE && ChangeReader.CODES.contains(code)) {
                altering.add(attribute);
            } else if (kind == RequestKind.CHANGE && code.equals(CISCO_AVPAIR)) {
                checkCommand(attribute);
                again = true;
            } else if (!NEUTRAL.contains(code) && unsupported.isEmpty()) {
                unsupported = Optional.of(code);
            }
            if (code.equals(AttributeCode.STATE)) {
                state = Optional.of(attribute.value());
            }
        }
        selector.checkGateway(values);
        if (unsupported.isPresent()) {
            throw new RequestRefused(
                    ErrorCause.UNSUPPORTED_ATTRIBUTE, dictionary.nameOf(unsupported.get()) + " is not supported");
        }
        Demand demand = demand(kind, values, altering, again, state);
        return new SessionRequest(selector.query(values), demand);
    }

    private Demand demand(
            RequestKind kind, SingleValues values, List<Attribute> altering, boolean again, Optional<Bytes> state)
            throws RequestRefused {
        Optional<Long> service = values.number(AttributeCode.SERVICE_TYPE);
        if (service.isPresent() && (kind == RequestKind.DISCONNECT || service.get() != AUTHORIZE_ONLY)) {
            throw new RequestRefused(ErrorCause.UNSUPPORTED_SERVICE, "Service-Type " + service.get());
        }
        if (kind == RequestKind.DISCONNECT) {
            return new Demand.End();
        }
        if (service.isPresent()) {
            return authorizeOnly(altering.isEmpty() && !again, state);
        }
        AuthorizationChange change = changes.read(altering);
        if (again) {
            if (!altering.isEmpty()) {
                throw new RequestRefused(ErrorCause.INVALID_REQUEST, "wants a change and RADIUS asked again");
            }
            return new Demand.AskAgain(Optional.empty());
        }
        if (altering.isEmpty()) {
            throw new RequestRefused(ErrorCause.MISSING_ATTRIBUTE, "changes nothing");
        }
        return new Demand.Alter(change);
    }

    /** RFC 5176, 3.2: nothing but names of gateway and session may stand beside it, and a State must. */
    private static Demand authorizeOnly(boolean alone, Optional<Bytes> state) throws RequestRefused {
        if (!alone) {
            throw new RequestRefused(ErrorCause.UNSUPPORTED_ATTRIBUTE, "changes something beside Authorize-Only");
        }
        if (state.isEmpty()) {
            throw new RequestRefused(ErrorCause.MISSING_ATTRIBUTE, "has no State beside Authorize-Only");
        }
        return new Demand.AskAgain(state);
    }

    private static void checkCommand(Attribute attribute) throws RequestRefused {
        if (!attribute.value().equals(REAUTHENTICATE)) {
            throw new RequestRefused(ErrorCause.INVALID_ATTRIBUTE_VALUE, "Cisco-AVPair is no command known here");
        }
    }
}
