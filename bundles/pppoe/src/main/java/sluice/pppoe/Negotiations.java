package sluice.pppoe;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import sluice.net.Bytes;
import sluice.net.WireWriter;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/**
 * The packets of the newest sessions, from PADR to the end, for {@code pppoe:trace}: the last {@value #SESSIONS_MAX}
 * sessions, the first {@value #PACKETS_MAX} packets of each. Echoes and passwords are not kept. Safe for any thread.
 */
@Component(
        service = {Negotiations.class, Inspectable.class},
        immediate = true)
public final class Negotiations implements Inspectable {
    static final int SESSIONS_MAX = 256;
    static final int PACKETS_MAX = 64;

    private static final int PROTOCOL_AT = 0;
    private static final int CODE_AT = 2;
    private static final int LENGTH_AT = 4;
    private static final int PAP_USER_AT = 6;

    private final InstantSource clock;
    private final Map<Long, Negotiation> newest = new LinkedHashMap<>(); // guarded by this

    /** What was said and when. */
    private record Line(Instant time, boolean fromPeer, int code, Bytes payload, String remark) {
        String text() {
            return remark.isEmpty() ? PacketText.of(code, payload) : remark;
        }

        String way() {
            return remark.isEmpty() ? fromPeer ? "in" : "out" : "";
        }
    }

    /** One session. */
    private record Negotiation(SessionKey key, List<Line> lines) {}

    /** Nothing was said yet. */
    @Activate
    public Negotiations() {
        this(InstantSource.system());
    }

    Negotiations(InstantSource clock) {
        this.clock = clock;
    }

    /** A packet came from the peer, or goes to it. The payload is kept, not copied, unless it is part of a frame. */
    void note(SessionId session, SessionKey key, boolean fromPeer, int code, Bytes payload) {
        if (code != PppoeFrame.DATA || !isEcho(payload)) {
            add(
                    session,
                    key,
                    new Line(
                            clock.instant(),
                            fromPeer,
                            code,
                            withoutPassword(code, payload).compact(),
                            ""));
        }
    }

    /** Something became of the session. */
    void remark(SessionId session, SessionKey key, String text) {
        add(session, key, new Line(clock.instant(), false, 0, Bytes.EMPTY, text));
    }

    private synchronized void add(SessionId session, SessionKey key, Line line) {
        Negotiation negotiation = newest.get(session.value());
        if (negotiation == null) {
            if (newest.size() >= SESSIONS_MAX) {
                newest.remove(newest.keySet().iterator().next());
            }
            negotiation = new Negotiation(key, new ArrayList<>());
            newest.put(session.value(), negotiation);
        }
        if (negotiation.lines().size() < PACKETS_MAX) {
            negotiation.lines().add(line);
        }
    }

    private static boolean isEcho(Bytes payload) {
        if (payload.length() <= CODE_AT || protocolOf(payload) != PppProtocol.LCP) {
            return false;
        }
        int code = payload.at(CODE_AT);
        return code == ControlPacket.ECHO_REQUEST
                || code == ControlPacket.ECHO_REPLY
                || code == ControlPacket.DISCARD_REQUEST;
    }

    /** A PAP request whose password is empty; when it is not clear where that begins, only its head. */
    private static Bytes withoutPassword(int code, Bytes payload) {
        boolean isPap = code == PppoeFrame.DATA
                && payload.length() > PAP_USER_AT
                && protocolOf(payload) == PppProtocol.PAP
                && payload.at(CODE_AT) == PapPacket.REQUEST;
        if (!isPap) {
            return payload;
        }
        int user = payload.at(PAP_USER_AT);
        if (user > payload.length() - PAP_USER_AT - 1) {
            return payload.slice(0, PAP_USER_AT);
        }
        Bytes kept = payload.slice(0, PAP_USER_AT + 1 + user);
        int length = kept.length() - CODE_AT + 1;
        return new WireWriter(kept.length() + 1)
                .bytes(kept.slice(0, LENGTH_AT))
                .u16(length)
                .bytes(kept.slice(PAP_USER_AT))
                .u8(0)
                .toBytes();
    }

    private static int protocolOf(Bytes payload) {
        return payload.at(PROTOCOL_AT) << 8 | payload.at(PROTOCOL_AT + 1);
    }

    @Override
    public String name() {
        return "pppoe:negotiations";
    }

    @Override
    public String description() {
        return "Packets of the newest PPPoE sessions; pppoe:trace MAC shows the newest of one device";
    }

    @Override
    public synchronized Table table() {
        List<List<String>> rows = new ArrayList<>();
        newest.forEach((id, negotiation) -> {
            Instant begin = negotiation.lines().getFirst().time();
            for (Line line : negotiation.lines()) {
                rows.add(List.of(
                        new SessionId(id).toString(),
                        negotiation.key().mac().toString(),
                        Integer.toString(negotiation.key().pppoeSession()),
                        begin.toString(),
                        after(begin, line.time()),
                        line.way(),
                        line.text()));
            }
        });
        return new Table(List.of("Session", "MAC", "PPPoE", "Begun", "After", "Way", "Packet"), rows);
    }

    private static String after(Instant begin, Instant time) {
        return String.format(Locale.ROOT, "%.3f", Duration.between(begin, time).toNanos() / 1e9);
    }
}
