package sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static sluice.telemetry.Churn.append;
import static sluice.telemetry.Churn.update;
import static sluice.telemetry.Churn.with;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import sluice.loop.MonotonicClock;
import sluice.platform.api.Event;
import sluice.testkit.FakeJournal;

/** Against a real PostgreSQL. */
class PostgresSinkTest {
    private static PostgresServer server;
    private final FakeJournal journal = new FakeJournal();

    @BeforeAll
    static void create() throws Exception {
        server = PostgresServer.create();
    }

    @AfterAll
    static void close() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void empty() throws Exception {
        server.execute("drop schema public cascade; create schema public");
    }

    private Telemetry telemetry(FakeJournal log) {
        return Churn.telemetry(log, Optional.empty(), Optional.of(server.settings()));
    }

    private static void awaitEvents(long count) throws InterruptedException {
        Server.await(() -> server.number("select count(*) from session_events") == count, count + " events");
    }

    @Test
    void aSessionIsActiveWhileItLastsAndHistoryAfterwards() throws Exception {
        try (Telemetry telemetry = telemetry(journal)) {
            append(journal, Churn.start(1), Churn.start(2), update(1, 500), update(2, 700));
            awaitEvents(4);
            assertThat(server.query("select session_id, mac_address, ip_address, username, input_octets, output_octets,"
                            + " input_packets, output_packets, status, auth_state, nas_ip, circuit_id, remote_id,"
                            + " start_time = '" + Churn.TIME + "', bng_id from sessions_active order by session_id"))
                    .containsExactly(
                            "0-1|02:00:00:00:00:01|10.64.0.1|bng-01/agg-01/1|500|1000|5|10|active|authenticated"
                                    + "|192.0.2.1|eth 0/1/1:100|agg-01|t|bng-01",
                            "0-2|02:00:00:00:00:02|10.64.0.2|bng-01/agg-01/2|700|1400|7|14|active|authenticated"
                                    + "|192.0.2.1|eth 0/1/2:100|agg-01|t|bng-01");
            append(journal, Churn.stop(1, 900));
            awaitEvents(5);
            assertThat(server.query("select session_id from sessions_active")).containsExactly("0-2");
            assertThat(server.query("select session_id, input_octets, terminate_cause, status, session_end - start_time"
                            + " from sessions_history"))
                    .containsExactly("0-1|900|User-Request|closed|00:02:00");
            assertThat(server.query("select bng_id, bng_instance_id, is_alive from bng_registry"))
                    .containsExactly("bng-01|fake-journal|t");
            assertThat(telemetry.table().table().rows().getFirst()).startsWith("postgresql", "up");
        }
    }

    @Test
    void theTablesHaveTheAgreedColumns() throws Exception {
        try (Telemetry telemetry = telemetry(journal)) {
            append(journal, Churn.start(1));
            awaitEvents(1);
            assertThat(telemetry.table().name()).isEqualTo("telemetry:sinks");
        }
        assertThat(columns("session_events"))
                .containsExactly(
                        "bng_id text",
                        "bng_instance_id text",
                        "seq bigint",
                        "event_type text",
                        "ts timestamp with time zone",
                        "session_id text",
                        "nas_ip inet",
                        "circuit_id text",
                        "remote_id text",
                        "session_start timestamp with time zone",
                        "session_end timestamp with time zone",
                        "session_last_update timestamp with time zone",
                        "mac_address macaddr",
                        "ip_address inet",
                        "username text",
                        "input_octets bigint",
                        "output_octets bigint",
                        "input_packets bigint",
                        "output_packets bigint",
                        "raw_data jsonb",
                        "status text",
                        "auth_state text",
                        "terminate_cause text");
        assertThat(columns("sessions_history"))
                .containsAll(columns("sessions_active"))
                .contains("session_end timestamp with time zone", "terminate_cause text", "terminate_source text");
        assertThat(server.query("select raw_data->>'access_key', raw_data->>'seq' from session_events"))
                .containsExactly("0/100.7/1|1");
        assertThat(server.query("select to_regclass(t)::text from unnest(array['access_routers', 'bng_registry',"
                        + " 'bng_health_events', 'plans', 'customers', 'services']) t"))
                .doesNotContain("");
    }

    private static List<String> columns(String table) throws Exception {
        return server.query(
                "select column_name || ' ' || data_type from information_schema.columns where table_name = '" + table
                        + "' order by ordinal_position");
    }

    @Test
    void aReplayChangesNothing() throws Exception {
        Event[] events = {Churn.start(1), update(1, 500), Churn.stop(1, 900), Churn.start(2), update(2, 100)};
        append(journal, events);
        Telemetry first = telemetry(journal);
        awaitEvents(5);
        first.close();
        List<String> before = everything();
        FakeJournal forgetful = new FakeJournal();
        append(forgetful, events);
        append(forgetful, update(2, 300));
        try (Telemetry second = telemetry(forgetful)) {
            awaitEvents(6);
            assertThat(second.table().table().rows().getFirst().get(6))
                    .as("repeated")
                    .isEqualTo("5");
        }
        server.execute("delete from session_events where seq = 6");
        server.execute("update sessions_active set input_octets = 100, output_octets = 200, input_packets = 1,"
                + " output_packets = 2, last_update = '" + Churn.TIME.plusSeconds(100) + "'");
        assertThat(everything()).isEqualTo(before);
    }

    private static List<String> everything() throws Exception {
        List<String> rows = server.query("select * from session_events order by seq");
        rows.addAll(server.query("select * from sessions_active order by session_id"));
        rows.addAll(server.query("select * from sessions_history order by session_id"));
        return rows;
    }

    @Test
    void aServerThatRestartsInTheMiddleMissesNothing() throws Exception {
        int sessions = 300;
        try (Telemetry telemetry = telemetry(journal)) {
            for (int i = 0; i < sessions; i++) {
                append(journal, Churn.start(i), update(i, 1_000 + i));
                if (i % 2 == 0) {
                    append(journal, Churn.stop(i, 5_000 + i));
                }
                if (i % 100 == 50) {
                    server.stop();
                    server.start();
                }
            }
            awaitEvents(journal.newest());
            assertThat(telemetry.table().table().rows().getFirst()).contains("up");
        }
        assertThat(server.number("select count(distinct seq) from session_events"))
                .isEqualTo(journal.newest());
        assertThat(server.number("select count(*) from sessions_active")).isEqualTo(sessions / 2);
        assertThat(server.number("select count(*) from sessions_history")).isEqualTo(sessions / 2);
        assertThat(server.number("select sum(input_octets) from sessions_history"))
                .isEqualTo(java.util.stream.IntStream.range(0, sessions)
                        .filter(i -> i % 2 == 0)
                        .mapToLong(i -> 5_000 + i)
                        .sum());
    }

    @Test
    void poisonIsKeptAsRawDataAndBlocksNobody() throws Exception {
        append(
                journal,
                Churn.start(1),
                with(Churn.start(2), "username", "nul\0byte"),
                with(Churn.start(3), "mac_address", "not a MAC"),
                with(Churn.start(4), "input_octets", "many"),
                with(Churn.start(5), "circuit_id", "quote\" back\\slash \ud800 newline\n '; drop table session_events"),
                update(1, 42));
        try (Telemetry telemetry = telemetry(journal)) {
            awaitEvents(6);
            List<String> row = telemetry.table().table().rows().getFirst();
            assertThat(row.get(8)).as("damaged").isEqualTo("3");
            assertThat(row.get(9)).as("dropped").isEqualTo("0");
            assertThat(journal.cursors().getFirst().behind()).isZero();
        }
        assertThat(server.query("select session_id, input_octets from sessions_active order by 1"))
                .containsExactly("0-1|42", "0-5|0");
        assertThat(server.query("select seq, session_id, raw_data->>'mac_address' from session_events"
                        + " where session_id is null order by seq"))
                .containsExactly("2||02:00:00:00:00:02", "3||not a MAC", "4||02:00:00:00:00:04");
        assertThat(server.query("select raw_data->>'username' from session_events where seq = 2"))
                .containsExactly("nul\uFFFDbyte");
    }

    @Test
    void eventsLieInThePartitionOfTheirDayAndOldPartitionsGo() throws Exception {
        Event yesterday = new Event(
                "SESSION_UPDATE",
                Churn.TIME.minusSeconds(86_400),
                Churn.update(1, 5).fields());
        Event atTheEpoch = new Event(
                "SESSION_UPDATE", java.time.Instant.EPOCH, Churn.update(2, 5).fields());
        append(journal, Churn.start(1), yesterday, atTheEpoch, Churn.stop(1, 9));
        try (Telemetry telemetry = telemetry(journal)) {
            awaitEvents(4);
            assertThat(telemetry.table().table().rows()).hasSize(1);
        }
        assertThat(server.query("select seq, tableoid::regclass from session_events order by seq"))
                .containsExactly(
                        "1|session_events_p20260203",
                        "2|session_events_p20260202",
                        "3|session_events_default",
                        "4|session_events_p20260203");
        assertThat(server.query("select tableoid::regclass from sessions_history"))
                .containsExactly("sessions_history_p202602");

        server.execute("create table session_events_p20260101 partition of session_events"
                + " for values from ('2026-01-01 00:00:00+00') to ('2026-01-02 00:00:00+00')");
        append(journal, update(7, 1));
        try (Telemetry later = telemetry(journal)) {
            awaitEvents(5);
            assertThat(later.table().table().rows()).hasSize(1);
        }
        assertThat(server.query("select to_regclass('session_events_p20260101') is null"))
                .containsExactly("t");
        assertThat(server.query("select to_regclass('session_events_p20260202') is null"))
                .containsExactly("f");
    }

    @Test
    void stoppingIsPromptWhileTheServerIsAway() throws Exception {
        Telemetry telemetry = Churn.telemetry(
                journal,
                Optional.empty(),
                Optional.of(new PostgresSettings("127.0.0.1", 1, "oss", "nobody", "", 1, 1)));
        append(journal, Churn.start(1));
        Server.await(() -> telemetry.table().table().rows().getFirst().get(1).equals("away"), "the sink sees it");
        long before = MonotonicClock.system().millis();
        telemetry.close();
        assertThat(MonotonicClock.system().millis() - before).isLessThan(6_000);
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .noneMatch(name -> name.startsWith("sluice-telemetry"));
    }
}
