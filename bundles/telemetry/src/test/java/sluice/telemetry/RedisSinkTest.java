package sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static sluice.telemetry.Churn.append;
import static sluice.telemetry.Churn.update;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.StreamGroupInfo;
import sluice.loop.MonotonicClock;
import sluice.testkit.FakeJournal;

/** Against a real redis-server. */
class RedisSinkTest {
    private static final List<String> COMMON = List.of(
            "bng_id",
            "bng_instance_id",
            "seq",
            "event_type",
            "ts",
            "session_last_update",
            "nas_ip",
            "session_id",
            "access_key",
            "remote_id",
            "circuit_id",
            "auth_state",
            "status");

    private RedisServer server;
    private final FakeJournal journal = new FakeJournal();

    @BeforeEach
    void start() throws Exception {
        server = new RedisServer();
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private Telemetry telemetry(FakeJournal log) {
        return Churn.telemetry(log, Optional.of(server.settings()), Optional.empty());
    }

    private List<String> sequences() {
        return server.entries().stream()
                .map(entry -> entry.getFields().get("seq"))
                .toList();
    }

    private static List<String> upTo(long last) {
        return LongStream.rangeClosed(1, last).mapToObj(Long::toString).toList();
    }

    @Test
    void everyEventArrivesInOrderWithTheNamesOfTheStream() throws Exception {
        append(journal, Churn.start(1), update(1, 500), Churn.stop(1, 900));
        try (Telemetry telemetry = telemetry(journal)) {
            Server.await(() -> server.length() == 3, "three events");
            Server.await(() -> journal.cursors().getFirst().behind() == 0, "the cursor follows");
            assertThat(telemetry.table().table().rows().getFirst()).startsWith("redis", "up", "3", "0", "0", "3");
        }
        List<String> fields = new ArrayList<>(COMMON);
        fields.addAll(List.of(
                "mac_address",
                "ip_address",
                "username",
                "input_octets",
                "output_octets",
                "input_packets",
                "output_packets",
                "session_start"));
        Map<String, String> first = server.entries().getFirst().getFields();
        assertThat(first.keySet()).containsExactlyInAnyOrderElementsOf(fields);
        assertThat(first)
                .containsEntry("bng_id", "bng-01")
                .containsEntry("bng_instance_id", "fake-journal")
                .containsEntry("seq", "1")
                .containsEntry("event_type", "SESSION_START")
                .containsEntry("ts", "2026-02-03T04:05:06.789000Z")
                .containsEntry("nas_ip", "192.0.2.1")
                .containsEntry("input_octets", "0");
        assertThat(server.entries().getLast().getFields())
                .containsKeys("terminate_cause", "session_end")
                .containsEntry("event_type", "SESSION_STOP");
        try (Jedis redis = server.client()) {
            assertThat(redis.xinfoGroups(RedisServer.STREAM).stream().map(StreamGroupInfo::getName))
                    .containsExactly("bng_ingestors");
        }
    }

    @Test
    void aServerThatRestartsInTheMiddleMissesNothingAndGetsNothingTwice() throws Exception {
        int total = 6_000;
        try (Telemetry telemetry = telemetry(journal)) {
            for (int i = 1; i <= total; i++) {
                append(journal, update(i % 50, i));
                if (i % 2_000 == 0) {
                    server.stop();
                    append(journal, update(0, i));
                    server.start();
                }
            }
            Server.await(() -> server.length() >= journal.newest(), "all events");
            assertThat(telemetry.table().table().rows().getFirst()).contains("up");
        }
        assertThat(sequences()).isEqualTo(upTo(journal.newest()));
    }

    @Test
    void aReplayChangesNothing() throws Exception {
        append(journal, Churn.start(1), update(1, 500), Churn.stop(1, 900));
        Telemetry first = telemetry(journal);
        Server.await(() -> server.length() == 3, "three events");
        first.close();
        FakeJournal forgetful = new FakeJournal();
        append(forgetful, Churn.start(1), update(1, 500), Churn.stop(1, 900), Churn.start(2));
        try (Telemetry second = telemetry(forgetful)) {
            Server.await(() -> server.length() == 4, "the new event");
            assertThat(second.table().table().rows().getFirst().get(6))
                    .as("repeated")
                    .isEqualTo("3");
        }
        assertThat(sequences()).isEqualTo(upTo(4));
    }

    @Test
    void stoppingIsPromptAndLeavesNoThreadWhileTheServerIsAway() throws Exception {
        server.stop();
        append(journal, Churn.start(1));
        Telemetry telemetry = telemetry(journal);
        Server.await(() -> telemetry.table().table().rows().getFirst().get(1).equals("away"), "the sink sees it");
        long before = MonotonicClock.system().millis();
        telemetry.close();
        assertThat(MonotonicClock.system().millis() - before).isLessThan(3_000);
        // the last thread of Camel says that it has stopped, and only then ends
        Server.await(
                () -> Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .noneMatch(name -> name.startsWith("sluice-telemetry") || name.startsWith("Camel")),
                "no thread is left");
        assertThat(journal.cursors().getFirst().committed()).isZero();
    }
}
