package sluice.radius;

import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.platform.api.CounterSet;
import sluice.radius.packet.Attribute;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeReader;
import sluice.radius.packet.AttributeText;
import sluice.radius.packet.AuthorizationBuilder;
import sluice.radius.packet.PacketRefused;
import sluice.radius.packet.Packets;
import sluice.radius.packet.RadiusDictionary;
import sluice.radius.packet.VerifiedPacket;
import sluice.session.api.Outcome;

/** Reads verdicts out of verified replies. Safe for any thread. */
final class AuthorizationReader {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorizationReader.class);

    private final AttributeReader attributes;
    private final RadiusDictionary dictionary;
    private final CounterSet<RadiusCounter> counters;

    AuthorizationReader(RadiusDictionary dictionary, CounterSet<RadiusCounter> counters) {
        this.attributes = new AttributeReader(dictionary);
        this.dictionary = dictionary;
        this.counters = counters;
    }

    /**
     * The verdict. An accept in which an attribute that takes effect has a value of the wrong size is a reject (RFC
     * 2865, 5): who sent it is there all the same, and would send it again.
     */
    Outcome outcome(VerifiedPacket reply) {
        List<Attribute> found = attributes.of(reply);
        return switch (reply.code()) {
            case Packets.ACCESS_ACCEPT -> accepted(found);
            case Packets.ACCESS_REJECT -> {
                counters.count(RadiusCounter.REJECTED);
                yield new Outcome.Rejected(message(found), value(found, AttributeCode.MS_CHAP_ERROR));
            }
            case Packets.ACCESS_CHALLENGE -> {
                counters.count(RadiusCounter.CHALLENGED);
                LOG.debug("A challenge is taken for a reject: {}", message(found));
                yield new Outcome.Rejected("RADIUS asks back, which this access cannot answer");
            }
            default -> throw new IllegalArgumentException("Code " + reply.code() + " is no verdict");
        };
    }

    private Outcome accepted(List<Attribute> found) {
        AuthorizationBuilder builder = new AuthorizationBuilder(dictionary);
        for (Attribute attribute : found) {
            if (attribute.code().equals(AttributeCode.MS_CHAP2_SUCCESS)) {
                continue; // good for one answer, not for the session
            }
            try {
                builder.add(attribute);
            } catch (PacketRefused wrongSize) {
                String reason =
                        "accepted by RADIUS with a " + dictionary.nameOf(attribute.code()) + " of the wrong size";
                LOG.debug("Taken for a reject: {}", reason);
                counters.count(RadiusCounter.MALFORMED_ACCEPTS);
                return new Outcome.Rejected(reason);
            }
        }
        counters.add(RadiusCounter.UNREADABLE_RATES, builder.unreadable());
        counters.count(RadiusCounter.ACCEPTED);
        return new Outcome.Accepted(builder.authorization(), value(found, AttributeCode.MS_CHAP2_SUCCESS));
    }

    /** The first of its kind, on its own. */
    private static Optional<Bytes> value(List<Attribute> found, AttributeCode code) {
        return found.stream()
                .filter(attribute -> attribute.code().equals(code))
                .findFirst()
                .map(attribute -> attribute.value().compact());
    }

    /** Reply-Message, which may come in pieces (RFC 2865, 5.18), printable. */
    private static String message(List<Attribute> found) {
        StringBuilder text = new StringBuilder();
        for (Attribute attribute : found) {
            if (attribute.code().equals(AttributeCode.REPLY_MESSAGE)) {
                text.append(text.isEmpty() ? "" : " ").append(AttributeText.text(attribute.value()));
            }
        }
        return text.isEmpty() ? "rejected by RADIUS" : text.toString();
    }
}
