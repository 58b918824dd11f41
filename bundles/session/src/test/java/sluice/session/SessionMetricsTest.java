package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import sluice.platform.api.Metric;
import sluice.session.api.Authorization;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;

/** What other systems see of sessions. */
final class SessionMetricsTest {

    private static final long MAC = 0x0200_0000_0001L;

    private final Gateway gateway = new Gateway();

    @Test
    void sessionsAreCountedFromTheirFirstFrameUntilTheyAreForgotten() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        assertThat(active()).containsExactly(1, 0, 0);
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(active()).containsExactly(0, 1, 0);

        gateway.journal.hold();
        SessionId id = gateway.sessions().getFirst().id();
        CompletableFuture<CommandResult> ended = gateway.disconnect(id);
        gateway.turn();
        assertThat(active()).containsExactly(0, 0, 1);
        gateway.journal.commit();
        gateway.turn();
        assertThat(ended).isCompletedWithValue(CommandResult.DONE);
        assertThat(active()).containsExactly(0, 0, 0);
        assertThat(values("bng_session_total")).containsEntry("opened", 1).containsEntry("ended", 1);
    }

    @Test
    void sessionsThatNeverOpenedHaveFailed() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.advance(Duration.ofSeconds(61));
        assertThat(active()).containsExactly(0, 0, 0);
        assertThat(values("bng_session_total")).containsEntry("opened", 0).containsEntry("failed", 1);
    }

    @Test
    void recoveredSessionsAreOpenAndNotOpenedAgain() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        gateway.restart();
        assertThat(active()).containsExactly(0, 1, 0);
        assertThat(values("bng_session_total")).containsEntry("recovered", 1).containsEntry("opened", 0);
    }

    @Test
    void openSessionsOfPppoeHaveASeriesOfTheirOwn() {
        assertThat(pppoe()).isZero();
        gateway.dial(DialProtocol.DIAL, 4711, 7, MAC, "");
        gateway.dial(DialProtocol.PROVE, 4711, 7, MAC, "alice");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(pppoe()).isZero();
        gateway.dial(DialProtocol.ADDRESS, 4711, 7, MAC, "");
        assertThat(pppoe()).isEqualTo(1);
        gateway.dial(DialProtocol.END, 4711, 7, MAC, "");
        assertThat(pppoe()).isZero();
    }

    private int pppoe() {
        return metrics().stream()
                .filter(metric -> metric.family().name().equals("bng_pppoe_sessions_active"))
                .mapToInt(SessionMetricsTest::value)
                .sum();
    }

    private List<Integer> active() {
        Map<String, Integer> states = values("bng_session_active");
        return List.of(
                states.getOrDefault("starting", 0), states.getOrDefault("open", 0), states.getOrDefault("closing", 0));
    }

    /** By the last label. */
    private Map<String, Integer> values(String name) {
        return metrics().stream()
                .filter(metric -> metric.family().name().equals(name))
                .collect(Collectors.toMap(metric -> metric.labels().getLast(), SessionMetricsTest::value));
    }

    private List<Metric> metrics() {
        return new SessionMetrics(List.of(gateway.shard.census()), gateway.outage, gateway.shard.degraded()::lastTally)
                .metrics();
    }

    private static int value(Metric metric) {
        return (int) metric.value();
    }
}
