package sluice.radius;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.platform.api.CounterSet;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeText;
import sluice.radius.packet.AttributeType;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.PacketSignature;
import sluice.radius.packet.Packets;
import sluice.radius.packet.RadiusDictionary;
import sluice.radius.packet.VendorFormat;
import sluice.session.api.AuthenticationRequest;

/** Makes Access-Requests (RFC 2865, 4.1) out of the questions of the sessions. Safe for any thread. */
final class AccessRequests {

    private static final Logger LOG = LoggerFactory.getLogger(AccessRequests.class);
    private static final int NAMES_MAX = 1000;

    /** What we write ourselves; a protocol cannot write it a second time. */
    private static final Set<AttributeCode> OWN = Set.of(
            AttributeCode.USER_NAME,
            AttributeCode.USER_PASSWORD,
            AttributeCode.NAS_IP_ADDRESS,
            AttributeCode.NAS_PORT,
            AttributeCode.SERVICE_TYPE,
            AttributeCode.CALLED_STATION_ID,
            AttributeCode.CALLING_STATION_ID,
            AttributeCode.NAS_IDENTIFIER,
            AttributeCode.PROXY_STATE,
            AttributeCode.ACCT_SESSION_ID,
            AttributeCode.EVENT_TIMESTAMP,
            AttributeCode.NAS_PORT_TYPE,
            AttributeCode.MESSAGE_AUTHENTICATOR,
            AttributeCode.NAS_PORT_ID,
            AttributeCode.AGENT_CIRCUIT_ID,
            AttributeCode.AGENT_REMOTE_ID);

    private final RequestSettings settings;
    private final RequestAttributes common;
    private final RadiusDictionary dictionary;
    private final AttributeText texts;
    private final InstantSource clock;
    private final CounterSet<RadiusCounter> counters;
    private final Set<String> unknownNames = ConcurrentHashMap.newKeySet();

    AccessRequests(
            RequestSettings settings,
            RadiusDictionary dictionary,
            InstantSource clock,
            CounterSet<RadiusCounter> counters) {
        this.settings = settings;
        this.common = new RequestAttributes(settings);
        this.dictionary = dictionary;
        this.texts = new AttributeText(dictionary);
        this.clock = clock;
        this.counters = counters;
    }

    /** The request, or nothing when the user name is longer than a User-Name may be. */
    Optional<RequestDraft> draft(AuthenticationRequest request) {
        Bytes userName = Bytes.utf8(request.userName());
        Bytes password = settings.password().of(request.userName());
        if (userName.isEmpty()
                || userName.length() > AttributeWriter.VALUE_MAX
                || password.length() > PacketSignature.PASSWORD_MAX) {
            counters.count(RadiusCounter.UNSUITABLE_VALUES);
            return Optional.empty();
        }
        AttributeWriter out = new AttributeWriter();
        // The first, so that nothing a forger can choose stands before it (CVE-2024-3596).
        int signatureAt = out.room(AttributeCode.MESSAGE_AUTHENTICATOR, Packets.AUTHENTICATOR);
        out.octets(AttributeCode.USER_NAME, userName);
        int passwordAt =
                password.isEmpty() ? -1 : out.room(AttributeCode.USER_PASSWORD, PacketSignature.hiddenLength(password));
        if (settings.serviceType() != 0) {
            out.number(AttributeCode.SERVICE_TYPE, settings.serviceType());
        }
        common.writeGateway(out);
        common.writeLine(out, request.key().line(), request.key().mac(), request.protocol());
        out.text(AttributeCode.ACCT_SESSION_ID, request.session().toString());
        out.time(AttributeCode.EVENT_TIMESTAMP, clock.instant());
        for (Map.Entry<String, String> attribute : request.attributes().entrySet()) {
            write(out, attribute.getKey(), attribute.getValue());
        }
        counters.add(RadiusCounter.LEFT_OUT, out.leftOut());
        return Optional.of(RequestDraft.access(out.packet(), signatureAt, passwordAt, password));
    }

    private void write(AttributeWriter out, String name, String value) {
        Optional<AttributeType> type = dictionary.type(name);
        if (type.isEmpty()) {
            counters.count(RadiusCounter.UNKNOWN_ATTRIBUTES);
            if (unknownNames.size() < NAMES_MAX && unknownNames.add(name) && LOG.isWarnEnabled()) {
                LOG.warn("No dictionary has the attribute {}, it is not sent", LineId.printable(Bytes.utf8(name)));
            }
            return;
        }
        AttributeCode code = type.get().code();
        if (OWN.contains(code)) {
            return;
        }
        try {
            VendorFormat format = dictionary.vendorFormat(code.vendor()).orElse(VendorFormat.RECOMMENDED);
            out.octets(code, texts.parse(type.get(), value), format);
        } catch (IllegalArgumentException e) { // the value is the subscriber's, it may be anything
            counters.count(RadiusCounter.UNSUITABLE_VALUES);
        }
    }
}
