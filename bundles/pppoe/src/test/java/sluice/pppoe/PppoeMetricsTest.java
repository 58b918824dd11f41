package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.session.api.Outcome;

/** What other systems see of negotiations. */
class PppoeMetricsTest {
    private static final String NEGOTIATIONS = "bng_pppoe_negotiations_total";
    private static final String ENDED = "bng_pppoe_ended_total";

    private final FakeEngine engine = new FakeEngine(PppoeServerTest.settings(AuthenticationMethod.PAP, 1492));

    @Test
    void everyStageOfASubscriberWhoComesUpMoves() {
        new Peer(engine).dial();
        for (List<String> stage : List.of(
                List.of("discovery", "offered"),
                List.of("discovery", "confirmed"),
                List.of("lcp", "opened"),
                List.of("authentication", "opened"),
                List.of("ipcp", "opened"),
                List.of("ipv6cp", "opened"))) {
            assertThat(value(NEGOTIATIONS, stage)).as("%s", stage).isEqualTo(1);
        }
    }

    @Test
    void subscribersWhoAreRefusedAndThoseWithoutAnAnswerAreToldApart() {
        engine.verdict = Optional.of(new Outcome.Rejected("Unknown user"));
        new Peer(engine).dial();
        engine.verdict = Optional.of(new Outcome.Unanswered("no server"));
        new Peer(engine).dial();
        assertThat(value(NEGOTIATIONS, List.of("authentication", "refused"))).isEqualTo(1);
        assertThat(value(NEGOTIATIONS, List.of("authentication", "unanswered"))).isEqualTo(1);
        assertThat(value(ENDED, List.of("authentication_failed"))).isEqualTo(1);
    }

    private double value(String family, List<String> labels) {
        return new PppoeMetrics(engine.counters)
                .metrics().stream()
                        .filter(metric -> metric.family().name().equals(family)
                                && metric.labels().equals(labels))
                        .mapToDouble(sluice.platform.api.Metric::value)
                        .sum();
    }
}
