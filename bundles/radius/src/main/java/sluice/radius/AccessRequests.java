package sluice.radius;

import java.time.InstantSource;
import java.util.Locale;
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
import sluice.session.api.Credentials;

/** Makes Access-Requests (RFC 2865, 4.1) out of the questions of the sessions. Safe for any thread. */
final class AccessRequests {

    private static final Logger LOG = LoggerFactory.getLogger(AccessRequests.class);
    private static final int NAMES_MAX = 1000;
    private static final int AUTHORIZE_ONLY = 17;
    private static final int NO_FLAGS = 0;

    /** What we write ourselves; a protocol cannot write it a second time. */
    private static final Set<AttributeCode> OWN = Set.of(
            AttributeCode.USER_NAME,
            AttributeCode.USER_PASSWORD,
            AttributeCode.CHAP_PASSWORD,
            AttributeCode.CHAP_CHALLENGE,
            AttributeCode.MS_CHAP_CHALLENGE,
            AttributeCode.MS_CHAP2_RESPONSE,
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
            AttributeCode.NAS_IPV6_ADDRESS,
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
        Bytes password = passwordOf(request);
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
        request.credentials().ifPresent(credentials -> writeAnswer(out, credentials));
        int serviceType = serviceType(request);
        if (serviceType != 0) {
            out.number(AttributeCode.SERVICE_TYPE, serviceType);
        }
        RequestAttributes.writeFraming(out, request.protocol());
        common.writeGateway(out);
        common.writeLine(out, request.key().line(), request.key().mac(), request.protocol());
        out.text(AttributeCode.ACCT_SESSION_ID, request.session().toString());
        out.time(AttributeCode.EVENT_TIMESTAMP, clock.instant());
        for (Map.Entry<String, String> attribute : request.attributes().entrySet()) {
            write(out, attribute.getKey(), attribute.getValue());
        }
        counters.add(RadiusCounter.LEFT_OUT, out.leftOut());
        return Optional.of(
                RequestDraft.access(out.packet(), signatureAt, passwordAt, password, realmOf(request.userName())));
    }

    /** What stands behind the last @, whatever the case of its letters (RFC 7542, 2.4). */
    private static String realmOf(String userName) {
        int at = userName.lastIndexOf('@');
        return at < 0 ? "" : userName.substring(at + 1).toLowerCase(Locale.ROOT);
    }

    /** The subscriber's own password, or the operator's for who has no credentials; empty when none is sent. */
    private Bytes passwordOf(AuthenticationRequest request) {
        if (request.credentials().isEmpty()) {
            return settings.password().of(request.userName());
        }
        return request.credentials().get() instanceof Credentials.Pap(Bytes password) ? password : Bytes.EMPTY;
    }

    /** The answer to a challenge, which is always sent beside it (RFC 2865, 5.3 and 5.40; RFC 2548, 2.1.2, 2.3.2). */
    private static void writeAnswer(AttributeWriter out, Credentials credentials) {
        switch (credentials) {
            case Credentials.Chap(int id, Bytes response, Bytes challenge) -> {
                out.octets(AttributeCode.CHAP_PASSWORD, Bytes.of(id).plus(response));
                out.octets(AttributeCode.CHAP_CHALLENGE, challenge);
            }
            case Credentials.MsChap2(int id, Bytes response, Bytes challenge) -> {
                out.octets(AttributeCode.MS_CHAP_CHALLENGE, challenge);
                out.octets(
                        AttributeCode.MS_CHAP2_RESPONSE, Bytes.of(id, NO_FLAGS).plus(response.slice(2)));
            }
            default -> LOG.debug("No challenge in {}", credentials);
        }
    }

    private int serviceType(AuthenticationRequest request) {
        if (isAuthorizeOnly(request)) {
            return AUTHORIZE_ONLY;
        }
        int service = RequestAttributes.serviceOf(request.protocol());
        return service != 0 ? service : settings.serviceType();
    }

    /** RFC 5176, 3.2: a CoA-Request wanted this question, or there is no proof that could be sent again. */
    private static boolean isAuthorizeOnly(AuthenticationRequest request) {
        boolean wanted =
                request.again() && "Authorize-Only".equals(request.attributes().get("Service-Type"));
        return wanted
                || request.credentials()
                        .filter(Credentials.Earlier.class::isInstance)
                        .isPresent();
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
            Bytes octets = texts.parse(type.get(), value);
            int size = type.get().repeated() ? type.get().type().size() : octets.length();
            for (int at = 0; at < octets.length(); at += size) {
                out.octets(code, octets.slice(at, size), format);
            }
        } catch (IllegalArgumentException e) { // the value is the subscriber's, it may be anything
            counters.count(RadiusCounter.UNSUITABLE_VALUES);
        }
    }
}
