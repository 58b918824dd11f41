package sluice.session;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.platform.api.Event;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.TerminateCause;

/** Writes what happened to a session as events. In these, input is towards the subscriber. */
final class SessionEvents {

    private SessionEvents() {}

    static Event start(Session session, Instant now) {
        Told told = Told.of(session);
        Map<String, String> fields = common(told, now, "active");
        traffic(fields, Traffic.NONE);
        fields.put(SessionEvent.SESSION_START, opened(told));
        return new Event(SessionEvent.START, now, fields);
    }

    /** @param age how long the session is open, milliseconds */
    static Event update(Session session, Traffic traffic, long age, Instant now) {
        Map<String, String> fields = reading(session, traffic, now);
        fields.put(SessionEvent.SESSION_SECONDS, seconds(age));
        return new Event(SessionEvent.UPDATE, now, fields);
    }

    static Event policyApplied(Session session, Traffic traffic, Instant now) {
        return new Event(SessionEvent.POLICY_APPLY, now, reading(session, traffic, now));
    }

    /** @param age how long the session was open, milliseconds */
    static Event stop(Session session, Traffic traffic, TerminateCause cause, long age, Instant now) {
        return stop(Told.of(session), traffic, cause, age, now);
    }

    /** The end of a session that was not brought back. */
    static Event stop(FrozenSession frozen, String policy, Traffic traffic, TerminateCause cause, FrozenMoment now) {
        return stop(Told.of(frozen, policy), traffic, cause, frozen.ageAt(now), Instant.ofEpochMilli(now.wall()));
    }

    private static Event stop(Told told, Traffic traffic, TerminateCause cause, long age, Instant now) {
        Map<String, String> fields = common(told, now, "stopped");
        traffic(fields, traffic);
        fields.put(SessionEvent.SESSION_START, opened(told));
        fields.put(SessionEvent.SESSION_SECONDS, seconds(age));
        fields.put(SessionEvent.SESSION_END, now.toString());
        fields.put(SessionEvent.TERMINATE_CAUSE, cause.toString());
        return new Event(SessionEvent.STOP, now, fields);
    }

    /** What events say of a session, be it open or frozen. */
    private record Told(
            SessionId id,
            SessionKey key,
            AuthState authState,
            Optional<Ip4> address,
            String userName,
            String policy,
            String protocol,
            Optional<Authorization> authorization,
            boolean six,
            long openedAt) {

        static Told of(Session session) {
            return new Told(
                    session.id(),
                    session.key(),
                    session.authState(),
                    addressed(session.place()),
                    session.userName(),
                    session.policy().name(),
                    session.protocol(),
                    session.authorization(),
                    session.path().hasIp6(),
                    session.openedAt());
        }

        static Told of(FrozenSession frozen, String policy) {
            return new Told(
                    frozen.id(),
                    frozen.key(),
                    frozen.authState(),
                    addressed(frozen.address()),
                    frozen.userName(),
                    policy,
                    frozen.protocol(),
                    Optional.of(frozen.authorization()),
                    frozen.path().hasIp6(),
                    frozen.openedAt());
        }
    }

    private static Optional<Ip4> addressed(Ip4 place) {
        return place.isAny() ? Optional.empty() : Optional.of(place);
    }

    /** Line and device; of PPPoE the session too, of which a device has several. */
    private static String accessKey(SessionKey key) {
        String device = key.line() + "/" + key.mac();
        return key.pppoeSession() == 0 ? device : device + "/" + key.pppoeSession();
    }

    private static Map<String, String> common(Told session, Instant now, String status) {
        LineId line = session.key().line();
        Map<String, String> fields = new LinkedHashMap<>(32);
        fields.put(SessionEvent.SESSION_LAST_UPDATE, now.toString());
        fields.put(SessionEvent.SESSION_ID, session.id().toString());
        fields.put(SessionEvent.ACCESS_KEY, accessKey(session.key()));
        fields.put(SessionEvent.REMOTE_ID, LineId.printable(line.remoteId()));
        fields.put(SessionEvent.CIRCUIT_ID, LineId.printable(line.circuitId()));
        fields.put(SessionEvent.AUTH_STATE, session.authState().toString());
        if (session.authState().isDegraded()) {
            fields.put(SessionEvent.DEGRADED, "true");
        }
        fields.put(SessionEvent.STATUS, status);
        fields.put(SessionEvent.MAC_ADDRESS, session.key().mac().toString());
        fields.put(SessionEvent.IP_ADDRESS, session.address().map(Ip4::toString).orElse(""));
        fields.put(SessionEvent.USERNAME, session.userName());
        fields.put(SessionEvent.POLICY, session.policy());
        fields.put(SessionEvent.PROTOCOL, session.protocol());
        if (session.key().pppoeSession() != 0) {
            fields.put(
                    SessionEvent.PPPOE_SESSION, Integer.toString(session.key().pppoeSession()));
        }
        fields.put(SessionEvent.NAS_PORT_ID, line.port() + ":" + line.svlan() + "." + line.cvlan());
        fields.put(SessionEvent.CIRCUIT_ID_HEX, line.circuitId().toHex());
        fields.put(SessionEvent.REMOTE_ID_HEX, line.remoteId().toHex());
        session.authorization()
                .filter(any -> session.six())
                .map(Authorization::addressing)
                .ifPresent(addressing -> {
                    addressing
                            .framedPrefix()
                            .ifPresent(prefix -> fields.put(SessionEvent.FRAMED_PREFIX, prefix.toString()));
                    addressing
                            .delegatedPrefix()
                            .ifPresent(prefix -> fields.put(SessionEvent.DELEGATED_PREFIX, prefix.toString()));
                });
        session.authorization()
                .filter(authorization -> !authorization.classes().isEmpty())
                .ifPresent(authorization -> fields.put(
                        SessionEvent.CLASS,
                        authorization.classes().stream().map(Bytes::toHex).collect(Collectors.joining(","))));
        return fields;
    }

    private static void traffic(Map<String, String> fields, Traffic traffic) {
        fields.put(SessionEvent.INPUT_OCTETS, Long.toString(traffic.downloadBytes()));
        fields.put(SessionEvent.OUTPUT_OCTETS, Long.toString(traffic.uploadBytes()));
        fields.put(SessionEvent.INPUT_OCTETS6, Long.toString(traffic.downloadBytes6()));
        fields.put(SessionEvent.OUTPUT_OCTETS6, Long.toString(traffic.uploadBytes6()));
        fields.put(SessionEvent.INPUT_PACKETS, Long.toString(traffic.downloadPackets()));
        fields.put(SessionEvent.OUTPUT_PACKETS, Long.toString(traffic.uploadPackets()));
    }

    /** What is told of an open session, with its counters. */
    private static Map<String, String> reading(Session session, Traffic traffic, Instant now) {
        Told told = Told.of(session);
        Map<String, String> fields = common(told, now, "active");
        traffic(fields, traffic);
        fields.put(SessionEvent.SESSION_START, opened(told));
        return fields;
    }

    private static String seconds(long age) {
        return Long.toString(age / 1_000);
    }

    private static String opened(Told told) {
        return Instant.ofEpochMilli(told.openedAt()).toString();
    }
}
