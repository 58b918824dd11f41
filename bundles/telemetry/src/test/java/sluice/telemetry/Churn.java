package sluice.telemetry;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.platform.api.Event;
import sluice.platform.api.EventLog;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Secret;
import sluice.platform.api.Secrets;
import sluice.platform.api.Transaction;

/** Sessions that come, count and go, as events; and the telemetry under test. */
final class Churn {
    static final Instant TIME = Instant.parse("2026-02-03T04:05:06.789Z");
    static final InstantSource CLOCK = InstantSource.fixed(TIME);
    static final Gateway GATEWAY = new Gateway("bng-01", "fake-journal", "192.0.2.1");
    private static final Secrets SECRETS =
            _ -> new Secret(Server.PASSWORD.getBytes(java.nio.charset.StandardCharsets.UTF_8));

    private Churn() {}

    static Telemetry telemetry(EventLog log, Optional<RedisSettings> redis, Optional<PostgresSettings> postgres) {
        return new Telemetry(log, GATEWAY, SECRETS, CLOCK, redis, postgres);
    }

    static void append(Journal journal, Event... events) {
        journal.submit(new Transaction(List.of(), List.of(events)), new Journal.Completion() {
            @Override
            public void durable() {}

            @Override
            public void failed(JournalFailure failure) {
                throw new AssertionError(failure);
            }
        });
    }

    static Event start(int session) {
        Map<String, String> fields = fields(session, 0);
        fields.put("session_start", TIME.toString());
        return new Event("SESSION_START", TIME, fields);
    }

    static Event update(int session, int octets) {
        return new Event("SESSION_UPDATE", TIME.plusSeconds(60), fields(session, octets));
    }

    static Event stop(int session, int octets) {
        Map<String, String> fields = fields(session, octets);
        fields.put("session_start", TIME.toString());
        fields.put("session_end", TIME.plusSeconds(120).toString());
        fields.put("terminate_cause", "User-Request");
        fields.put("status", "closed");
        return new Event("SESSION_STOP", TIME.plusSeconds(120), fields);
    }

    /** The same event with one value changed. */
    static Event with(Event event, String field, String value) {
        Map<String, String> fields = new LinkedHashMap<>(event.fields());
        fields.put(field, value);
        return new Event(event.type(), event.time(), fields);
    }

    private static Map<String, String> fields(int session, int octets) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("session_id", "0-" + session);
        fields.put("session_last_update", TIME.plusSeconds(octets).toString());
        fields.put("access_key", "0/100.7/" + session);
        fields.put("remote_id", "agg-01");
        fields.put("circuit_id", "eth 0/1/" + session + ":100");
        fields.put("auth_state", "authenticated");
        fields.put("status", "active");
        fields.put("mac_address", String.format("02:00:00:00:%02x:%02x", session >> 8, session & 255));
        fields.put("ip_address", "10.64." + (session >> 8) + "." + (session & 255));
        fields.put("username", "bng-01/agg-01/" + session);
        fields.put("input_octets", Integer.toString(octets));
        fields.put("output_octets", Integer.toString(2 * octets));
        fields.put("input_packets", Integer.toString(octets / 100));
        fields.put("output_packets", Integer.toString(octets / 50));
        return fields;
    }
}
