package sluice.pppoe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.session.api.SessionKey;
import sluice.session.api.Stray;
import sluice.session.api.Welcome;

/**
 * The discovery stage (RFC 2516, 5), which remembers nothing: what a PADI gets, and whether a session begins with a
 * PADR.
 *
 * <pre>
 *  PADI  -> PADO with a cookie, late by the ladder      | silence: service, full, no session may begin
 *  PADR  -> a session begins, its answer is PADS        | PADS with an error tag and session 0; a forgery: silence
 *  PADT  -> nothing: there is no such session
 *  data  -> PADT: there is no such session (any more)
 * </pre>
 *
 * <p>Safe for any thread.
 */
final class Discovery {
    /** What an untagged Ethernet frame of usual length carries behind the PPPoE header. */
    private static final int LENGTH_MAX = 1500 - PppoeFrame.HEADER_LENGTH;

    private final Cookies cookies;
    private final PppoeCounters counters;

    Discovery(Cookies cookies, PppoeCounters counters) {
        this.cookies = cookies;
        this.counters = counters;
    }

    /** By what the session of a frame of data is found: it does not name its line. */
    SessionKey keyOf(PppoeFrame frame) {
        LineId line = LineId.of(frame.port(), frame.ethernet().tags(), Bytes.EMPTY, Bytes.EMPTY);
        return new SessionKey(line, frame.station(), frame.session());
    }

    /** By what the session of a packet of discovery is found: the one that a PADR will get, too. */
    SessionKey keyOf(PppoeFrame frame, DiscoveryMessage message) {
        AccessLine access = AccessLine.of(message);
        LineId line = LineId.of(frame.port(), frame.ethernet().tags(), access.circuitId(), access.remoteId());
        int session = switch (frame.code()) {
            case PppoeFrame.PADI -> 0;
            case PppoeFrame.PADR -> cookies.sessionId(message.cookie(), message.hostUniq());
            default -> frame.session();
        };
        return new SessionKey(line, frame.station(), session);
    }

    /** What becomes of a PADI. */
    Welcome onPadi(DiscoveryTerms terms, Stray stray, PppoeFrame frame, DiscoveryMessage padi, long now) {
        counters.count(PppoeCounter.PADI);
        if (!terms.serves(padi.service())) {
            return ignored(PppoeCounter.OTHER_SERVICE);
        }
        if (stray.refusal().isPresent()) {
            return ignored(PppoeCounter.PADI_REFUSED);
        }
        Optional<Duration> delay =
                isFull(terms, stray) ? Optional.empty() : terms.ladder().delay(stray.starting());
        if (delay.isEmpty()) {
            return ignored(PppoeCounter.PADI_WHILE_FULL);
        }
        List<PppoeTag> tags = new ArrayList<>(8);
        tags.add(PppoeTag.text(PppoeTag.AC_NAME, terms.acName()));
        Set<Bytes> services = new LinkedHashSet<>();
        services.add(padi.service());
        services.addAll(terms.services());
        services.forEach(service -> tags.add(new PppoeTag(PppoeTag.SERVICE_NAME, service)));
        tags.add(new PppoeTag(
                PppoeTag.AC_COOKIE,
                cookies.issue(stray.key().line(), stray.key().mac(), now)));
        addEcho(tags, terms, padi);
        return answer(frame, PppoeFrame.PADO, 0, tags, PppoeCounter.PADO, delay.get());
    }

    /** What becomes of a PADR whose session does not exist yet. */
    Welcome onPadr(DiscoveryTerms terms, Stray stray, PppoeFrame frame, DiscoveryMessage padr, long now) {
        counters.count(PppoeCounter.PADR);
        return switch (cookies.check(
                padr.cookie(), stray.key().line(), stray.key().mac(), now)) {
            case FORGED -> ignored(PppoeCounter.FORGED_COOKIE);
            case STALE -> refused(frame, padr, PppoeTag.GENERIC_ERROR, "cookie expired", PppoeCounter.STALE_COOKIE);
            case GOOD -> onGoodPadr(terms, stray, frame, padr);
        };
    }

    private Welcome onGoodPadr(DiscoveryTerms terms, Stray stray, PppoeFrame frame, DiscoveryMessage padr) {
        if (!terms.serves(padr.service())) {
            return refused(frame, padr, PppoeTag.SERVICE_NAME_ERROR, "no such service", PppoeCounter.WRONG_SERVICE);
        }
        if (stray.refusal().isPresent() || isFull(terms, stray)) {
            return refused(frame, padr, PppoeTag.AC_SYSTEM_ERROR, "no session now", PppoeCounter.PADR_REFUSED);
        }
        return Welcome.BEGIN;
    }

    /** What the confirmation of a session says (RFC 2516, 5.4). */
    Bytes pads(DiscoveryTerms terms, DiscoveryMessage padr) {
        counters.count(PppoeCounter.PADS);
        List<PppoeTag> tags = new ArrayList<>(4);
        tags.add(new PppoeTag(PppoeTag.SERVICE_NAME, padr.service()));
        addEcho(tags, terms, padr);
        return DiscoveryMessage.encode(tags);
    }

    /** The answer to a PADR whose id another session of the device has already: it begins anew with another cookie. */
    Frame occupied(PppoeFrame frame, DiscoveryMessage padr) {
        counters.count(PppoeCounter.OCCUPIED);
        return error(frame, padr, PppoeTag.AC_SYSTEM_ERROR, "session id in use");
    }

    /** What becomes of a frame of a session that does not exist: its sender learns so at once (RFC 2516, 5.5). */
    Welcome onUnknown(PppoeFrame frame) {
        if (frame.code() == PppoeFrame.PADT) {
            return ignored(PppoeCounter.PADT_UNKNOWN);
        }
        if (isTerminateAck(frame)) {
            return ignored(PppoeCounter.LATE_ACK);
        }
        counters.count(PppoeCounter.PADT_TO_UNKNOWN);
        return new Welcome.Answer(frame.answer(PppoeFrame.PADT, frame.session(), DiscoveryMessage.encode(List.of())));
    }

    /** The last word of a peer whose session we ended; the end was sent to it already. */
    private static boolean isTerminateAck(PppoeFrame frame) {
        Bytes payload = frame.payload();
        return payload.length() > PppoeFrame.PROTOCOL_LENGTH
                && (payload.at(0) << 8 | payload.at(1)) == PppProtocol.LCP
                && payload.at(PppoeFrame.PROTOCOL_LENGTH) == ControlPacket.TERMINATE_ACK;
    }

    private boolean isFull(DiscoveryTerms terms, Stray stray) {
        return terms.startingMax() > 0 && stray.starting() >= terms.startingMax();
    }

    private Welcome refused(PppoeFrame frame, DiscoveryMessage padr, int errorTag, String text, PppoeCounter counter) {
        counters.count(counter);
        return new Welcome.Answer(error(frame, padr, errorTag, text));
    }

    /**
     * A PADS that says what is wrong: of session 0 (RFC 2516, 5.4). As any PADS it is not longer than its PADR, because
     * the cookie does not go back.
     */
    private static Frame error(PppoeFrame frame, DiscoveryMessage padr, int errorTag, String text) {
        List<PppoeTag> tags = new ArrayList<>(4);
        tags.add(new PppoeTag(PppoeTag.SERVICE_NAME, padr.service()));
        tags.add(PppoeTag.text(errorTag, text));
        addIdentities(tags, padr);
        return frame.answer(PppoeFrame.PADS, 0, DiscoveryMessage.encode(tags));
    }

    private Welcome answer(
            PppoeFrame frame, int code, int session, List<PppoeTag> tags, PppoeCounter counter, Duration delay) {
        Bytes payload = DiscoveryMessage.encode(tags);
        if (payload.length() > LENGTH_MAX) {
            return ignored(PppoeCounter.ANSWER_TOO_LONG);
        }
        counters.count(counter);
        return new Welcome.Answer(List.of(frame.answer(code, session, payload)), delay);
    }

    private static void addEcho(List<PppoeTag> tags, DiscoveryTerms terms, DiscoveryMessage request) {
        addIdentities(tags, request);
        int payload = terms.payload(request);
        if (payload > DiscoveryTerms.PAYLOAD_USUAL) { // a wish of no more than that is none (RFC 4638)
            tags.add(PppoeTag.maxPayload(payload));
        }
    }

    /** What goes back byte by byte: to the device by one, by way of the relay by the other (RFC 2516, appendix A). */
    private static void addIdentities(List<PppoeTag> tags, DiscoveryMessage request) {
        for (int type : new int[] {PppoeTag.HOST_UNIQ, PppoeTag.RELAY_SESSION_ID}) {
            request.tag(type).ifPresent(value -> tags.add(new PppoeTag(type, value)));
        }
    }

    private Welcome ignored(PppoeCounter reason) {
        counters.count(reason);
        return new Welcome.Ignore(reason.label());
    }
}
