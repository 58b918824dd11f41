package sluice.telemetry;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sluice.platform.api.LoggedEvent;
import sluice.session.api.SessionEvent;

/**
 * An event as others read it: names and values are text, the common fields first and always there, then the event's
 * own.
 *
 * @param sequence {@code seq}
 * @param type {@code event_type}
 * @param time {@code ts}
 * @param fields all of them, in order
 */
record StreamRecord(long sequence, String type, Instant time, Map<String, String> fields) {
    static final String BNG_ID = "bng_id";
    static final String BNG_INSTANCE_ID = "bng_instance_id";
    static final String SEQ = "seq";
    static final String EVENT_TYPE = "event_type";
    static final String TS = "ts";
    static final String NAS_IP = "nas_ip";

    /** Common fields that come from the event; empty when it has none. */
    private static final List<String> COMMON = List.of(
            SessionEvent.SESSION_LAST_UPDATE,
            NAS_IP,
            SessionEvent.SESSION_ID,
            SessionEvent.ACCESS_KEY,
            SessionEvent.REMOTE_ID,
            SessionEvent.CIRCUIT_ID,
            SessionEvent.AUTH_STATE,
            SessionEvent.STATUS);

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    static StreamRecord of(Gateway gateway, LoggedEvent logged) {
        Map<String, String> given = logged.event().fields();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(BNG_ID, gateway.bngId());
        fields.put(BNG_INSTANCE_ID, gateway.instanceId());
        fields.put(SEQ, Long.toString(logged.sequence()));
        fields.put(EVENT_TYPE, logged.event().type());
        fields.put(TS, text(logged.event().time()));
        for (String name : COMMON) {
            fields.put(name, given.getOrDefault(name, NAS_IP.equals(name) ? gateway.nasAddress() : ""));
        }
        given.forEach(fields::putIfAbsent);
        return new StreamRecord(
                logged.sequence(), logged.event().type(), logged.event().time(), fields);
    }

    /** ISO 8601 in UTC with microseconds; PostgreSQL reads it as {@code timestamptz}. */
    static String text(Instant time) {
        return UTC.format(time);
    }

    /** The value of a field, empty when there is none. */
    String field(String name) {
        return fields.getOrDefault(name, "");
    }
}
