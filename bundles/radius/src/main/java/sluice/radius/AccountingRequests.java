package sluice.radius;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.WireWriter;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Event;
import sluice.platform.api.LoggedEvent;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.session.api.AuthState;
import sluice.session.api.SessionEvent;
import sluice.session.api.TerminateCause;

/**
 * Makes Accounting-Requests (RFC 2866, 4.1) out of the events of sessions. There input is towards the subscriber, in
 * RADIUS it is from him. Safe for any thread.
 *
 * <p>Accounting-On is sent when the gateway started and no session lived through it; it would end those that did.
 */
final class AccountingRequests {

    static final String GATEWAY_START = "GATEWAY_START";
    static final String GATEWAY_STOP = "GATEWAY_STOP";
    /** Of a start: whether sessions went on. */
    static final String RECOVERED = "recovered";
    /** Of a stop: how many sessions go on. */
    static final String SESSIONS = "sessions";

    private static final Logger LOG = LoggerFactory.getLogger(AccountingRequests.class);
    private static final int STATUS_START = 1;
    private static final int STATUS_STOP = 2;
    private static final int STATUS_INTERIM = 3;
    private static final int STATUS_ON = 7;
    private static final int STATUS_OFF = 8;
    private static final int AUTHENTIC_RADIUS = 1;
    private static final int AUTHENTIC_LOCAL = 2;

    /** What no server ever said; all else it said now or earlier. */
    private static final Set<AuthState> LOCAL = Set.of(AuthState.UNAUTHENTICATED, AuthState.DEFAULT);

    private final RequestAttributes common;
    private final CounterSet<RadiusCounter> counters;

    AccountingRequests(RequestSettings settings, CounterSet<RadiusCounter> counters) {
        this.common = new RequestAttributes(settings);
        this.counters = counters;
    }

    /** The request that the event calls for, if any. */
    Optional<AccountingRecord> of(LoggedEvent logged) {
        Event event = logged.event();
        try {
            return switch (event.type()) {
                case SessionEvent.START -> Optional.of(session(logged, STATUS_START));
                case SessionEvent.UPDATE -> Optional.of(session(logged, STATUS_INTERIM));
                case SessionEvent.STOP -> Optional.of(session(logged, STATUS_STOP));
                case GATEWAY_START ->
                    event.field(RECOVERED).equals("true") ? Optional.empty() : Optional.of(gateway(logged, STATUS_ON));
                case GATEWAY_STOP ->
                    event.field(SESSIONS).equals("0") ? Optional.of(gateway(logged, STATUS_OFF)) : Optional.empty();
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException
                | DateTimeParseException e) { // ours are well-formed; an older version's may not be
            counters.count(RadiusCounter.ACCOUNTING_UNREADABLE);
            LOG.warn("Event {} cannot be accounted: {}", logged.sequence(), e.getMessage());
            return Optional.empty();
        }
    }

    private AccountingRecord session(LoggedEvent logged, int status) {
        Event event = logged.event();
        AttributeWriter out = new AttributeWriter();
        String id = event.field(SessionEvent.SESSION_ID);
        if (id.isEmpty()) {
            throw new IllegalArgumentException("no " + SessionEvent.SESSION_ID);
        }
        int delayAt = begin(out, status, event.time());
        out.text(AttributeCode.ACCT_SESSION_ID, id);
        out.text(AttributeCode.USER_NAME, event.field(SessionEvent.USERNAME));
        String address = event.field(SessionEvent.IP_ADDRESS);
        if (!address.isEmpty()) {
            out.ip4(AttributeCode.FRAMED_IP_ADDRESS, Ip4.parse(address));
        }
        prefix(out, AttributeCode.FRAMED_IPV6_PREFIX, event.field(SessionEvent.FRAMED_PREFIX));
        prefix(out, AttributeCode.DELEGATED_IPV6_PREFIX, event.field(SessionEvent.DELEGATED_PREFIX));
        MacAddress mac = MacAddress.parse(event.field(SessionEvent.MAC_ADDRESS));
        String protocol = event.field(SessionEvent.PROTOCOL);
        int service = RequestAttributes.serviceOf(protocol);
        if (service != 0) {
            out.number(AttributeCode.SERVICE_TYPE, service);
        }
        RequestAttributes.writeFraming(out, protocol);
        common.writeLine(out, line(event), mac, protocol);
        String word = event.field(SessionEvent.AUTH_STATE);
        boolean local = LOCAL.stream().anyMatch(state -> state.toString().equals(word));
        out.number(AttributeCode.ACCT_AUTHENTIC, local ? AUTHENTIC_LOCAL : AUTHENTIC_RADIUS);
        String classes = event.field(SessionEvent.CLASS);
        if (!classes.isEmpty()) {
            Arrays.stream(classes.split(",")).forEach(hex -> out.octets(AttributeCode.CLASS, Bytes.fromHex(hex)));
        }
        if (status != STATUS_START) {
            writeUsage(out, event);
        }
        if (status == STATUS_STOP) {
            writeCause(out, event);
        }
        return record(logged, id, false, out, delayAt);
    }

    private AccountingRecord gateway(LoggedEvent logged, int status) {
        AttributeWriter out = new AttributeWriter();
        int delayAt = begin(out, status, logged.event().time());
        String id = "gateway-" + logged.sequence(); // RFC 2866, 5.13: every request has one
        out.text(AttributeCode.ACCT_SESSION_ID, id);
        if (status == STATUS_OFF) {
            out.number(AttributeCode.ACCT_TERMINATE_CAUSE, TerminateCause.NAS_REBOOT.code());
        }
        return record(logged, id, true, out, delayAt);
    }

    /** What every request begins with; returns the place of Acct-Delay-Time. */
    private int begin(AttributeWriter out, int status, Instant happened) {
        out.number(AttributeCode.ACCT_STATUS_TYPE, status);
        int delayAt = out.room(AttributeCode.ACCT_DELAY_TIME, 4);
        out.time(AttributeCode.EVENT_TIMESTAMP, happened);
        common.writeGateway(out);
        return delayAt;
    }

    private AccountingRecord record(LoggedEvent logged, String id, boolean alone, AttributeWriter out, int delayAt) {
        counters.add(RadiusCounter.LEFT_OUT, out.leftOut());
        counters.count(RadiusCounter.ACCOUNTING_RECORDS);
        RequestDraft draft =
                RequestDraft.accounting(out.packet(), delayAt, logged.event().time());
        return new AccountingRecord(logged, id, alone, draft);
    }

    private static void writeUsage(AttributeWriter out, Event event) {
        long fromSubscriber = number(event, SessionEvent.OUTPUT_OCTETS);
        long toSubscriber = number(event, SessionEvent.INPUT_OCTETS);
        out.number(AttributeCode.ACCT_INPUT_OCTETS, fromSubscriber);
        out.number(AttributeCode.ACCT_INPUT_GIGAWORDS, fromSubscriber >>> 32); // RFC 2869, 5.1
        out.number(AttributeCode.ACCT_OUTPUT_OCTETS, toSubscriber);
        out.number(AttributeCode.ACCT_OUTPUT_GIGAWORDS, toSubscriber >>> 32);
        out.number(AttributeCode.ACCT_INPUT_PACKETS, number(event, SessionEvent.OUTPUT_PACKETS));
        out.number(AttributeCode.ACCT_OUTPUT_PACKETS, number(event, SessionEvent.INPUT_PACKETS));
        writeUsage6(out, event);
        writeTime(out, event);
    }

    /** RFC 2866, 5.7. Events of before they said it themselves have the wall clock alone. */
    private static void writeTime(AttributeWriter out, Event event) {
        String start = event.field(SessionEvent.SESSION_START);
        if (!event.field(SessionEvent.SESSION_SECONDS).isEmpty()) {
            out.number(AttributeCode.ACCT_SESSION_TIME, number(event, SessionEvent.SESSION_SECONDS));
        } else if (!start.isEmpty()) {
            long seconds = Duration.between(Instant.parse(start), event.time()).toSeconds();
            out.number(AttributeCode.ACCT_SESSION_TIME, Math.max(0, seconds));
        }
    }

    /** How much of it was IPv6, in the attributes of Juniper ERX, which most accounting systems know. */
    private static void writeUsage6(AttributeWriter out, Event event) {
        if (event.field(SessionEvent.INPUT_OCTETS6).isEmpty()) {
            return;
        }
        long fromSubscriber = number(event, SessionEvent.OUTPUT_OCTETS6);
        long toSubscriber = number(event, SessionEvent.INPUT_OCTETS6);
        out.number(AttributeCode.ERX_IPV6_ACCT_INPUT_OCTETS, fromSubscriber);
        out.number(AttributeCode.ERX_IPV6_ACCT_INPUT_GIGAWORDS, fromSubscriber >>> 32);
        out.number(AttributeCode.ERX_IPV6_ACCT_OUTPUT_OCTETS, toSubscriber);
        out.number(AttributeCode.ERX_IPV6_ACCT_OUTPUT_GIGAWORDS, toSubscriber >>> 32);
    }

    /** RFC 3162, 2.3: a reserved byte, the length, and as many bytes as the length needs. */
    private static void prefix(AttributeWriter out, AttributeCode code, String text) {
        if (text.isEmpty()) {
            return;
        }
        Ip6Prefix prefix = Ip6Prefix.parse(text);
        Bytes network = new WireWriter(16).ip6(prefix.network()).toBytes();
        WireWriter value = new WireWriter(18).u8(0).u8(prefix.length());
        value.bytes(network.slice(0, (prefix.length() + 7) / 8));
        out.octets(code, value.toBytes());
    }

    private static void writeCause(AttributeWriter out, Event event) {
        String cause = event.field(SessionEvent.TERMINATE_CAUSE);
        for (TerminateCause known : TerminateCause.values()) {
            if (known.toString().equals(cause)) {
                out.number(AttributeCode.ACCT_TERMINATE_CAUSE, known.code());
            }
        }
    }

    /** The line as {@code port:svlan.cvlan} and the ids tell. */
    private static LineId line(Event event) {
        String port = event.field(SessionEvent.NAS_PORT_ID);
        int colon = port.indexOf(':');
        int dot = port.indexOf('.', colon + 1);
        if (colon < 1 || dot < 0) {
            throw new IllegalArgumentException(SessionEvent.NAS_PORT_ID + "=" + port + ", expected port:svlan.cvlan");
        }
        return new LineId(
                Integer.parseInt(port.substring(0, colon)),
                Integer.parseInt(port.substring(colon + 1, dot)),
                Integer.parseInt(port.substring(dot + 1)),
                Bytes.fromHex(event.field(SessionEvent.CIRCUIT_ID_HEX)),
                Bytes.fromHex(event.field(SessionEvent.REMOTE_ID_HEX)));
    }

    private static long number(Event event, String field) {
        String text = event.field(field);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}
