package sluice.coa;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import sluice.radius.packet.Attribute;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AuthorizationBuilder;
import sluice.radius.packet.PacketRefused;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.AuthorizationChange;

/**
 * Reads what is to be different. Attributes mean what they mean in an Access-Accept, but nothing is passed over:
 * whoever asks is told. Safe for any thread.
 */
final class ChangeReader {

    /** Attributes that change something; all but Filter-Id may come once. */
    static final Set<AttributeCode> CODES = Set.of(
            AttributeCode.FILTER_ID,
            AttributeCode.SESSION_TIMEOUT,
            AttributeCode.IDLE_TIMEOUT,
            AttributeCode.ACCT_INTERIM_INTERVAL,
            AttributeCode.DOWNLOAD_RATE,
            AttributeCode.UPLOAD_RATE,
            AttributeCode.DOWNLOAD_BURST,
            AttributeCode.UPLOAD_BURST,
            AttributeCode.MIKROTIK_RATE_LIMIT,
            AttributeCode.WISPR_MAX_DOWN,
            AttributeCode.WISPR_MAX_UP,
            AttributeCode.ALC_SLA_PROFILE,
            AttributeCode.ERX_EGRESS_POLICY,
            AttributeCode.ERX_INGRESS_POLICY);

    private static final Set<AttributeCode> DOWNLOAD =
            Set.of(AttributeCode.DOWNLOAD_RATE, AttributeCode.DOWNLOAD_BURST, AttributeCode.WISPR_MAX_DOWN);
    private static final Set<AttributeCode> UPLOAD =
            Set.of(AttributeCode.UPLOAD_RATE, AttributeCode.UPLOAD_BURST, AttributeCode.WISPR_MAX_UP);

    private final RadiusDictionary dictionary;

    ChangeReader(RadiusDictionary dictionary) {
        this.dictionary = dictionary;
    }

    /** The change; {@link AuthorizationChange#NONE} when there are no attributes. */
    AuthorizationChange read(List<Attribute> attributes) throws RequestRefused {
        AuthorizationBuilder builder = new AuthorizationBuilder(dictionary);
        Set<AttributeCode> seen = new HashSet<>();
        for (Attribute attribute : attributes) {
            boolean again = !seen.add(attribute.code());
            if (again && !attribute.code().equals(AttributeCode.FILTER_ID)
                    || attribute.value().isEmpty()) {
                throw refused(ErrorCause.INVALID_REQUEST, attribute, "is empty or comes more than once");
            }
            add(builder, attribute);
        }
        AuthorizationChange change = builder.change();
        checkFilters(attributes, change);
        checkRates(seen, change);
        return change;
    }

    private void add(AuthorizationBuilder builder, Attribute attribute) throws RequestRefused {
        try {
            if (!builder.add(attribute)) {
                throw refused(ErrorCause.INVALID_ATTRIBUTE_VALUE, attribute, "is not understood");
            }
        } catch (PacketRefused e) {
            throw refused(ErrorCause.INVALID_REQUEST, attribute, "has the wrong size");
        }
    }

    /** At most one Filter-Id names a policy and at most one says where packets may go. */
    private void checkFilters(List<Attribute> attributes, AuthorizationChange change) throws RequestRefused {
        long filters = attributes.stream()
                .filter(attribute -> attribute.code().equals(AttributeCode.FILTER_ID))
                .count();
        int understood = (change.policy().isPresent() ? 1 : 0) + (change.reach().isPresent() ? 1 : 0);
        if (filters > understood) {
            throw new RequestRefused(ErrorCause.INVALID_REQUEST, name(AttributeCode.FILTER_ID) + " contradicts itself");
        }
    }

    /** A rate that is no rate, or a burst without one, would be passed over in silence. */
    private static void checkRates(Set<AttributeCode> seen, AuthorizationChange change) throws RequestRefused {
        boolean mikrotik = seen.contains(AttributeCode.MIKROTIK_RATE_LIMIT);
        boolean lost = change.download().isEmpty() && seen.stream().anyMatch(DOWNLOAD::contains)
                || change.upload().isEmpty() && seen.stream().anyMatch(UPLOAD::contains)
                || mikrotik && change.download().isEmpty() && change.upload().isEmpty();
        if (lost) {
            throw new RequestRefused(ErrorCause.INVALID_ATTRIBUTE_VALUE, "has a rate that is none");
        }
    }

    private RequestRefused refused(ErrorCause cause, Attribute attribute, String what) {
        return new RequestRefused(cause, name(attribute.code()) + " " + what);
    }

    private String name(AttributeCode code) {
        return dictionary.nameOf(code);
    }
}
