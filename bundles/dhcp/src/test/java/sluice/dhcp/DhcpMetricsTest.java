package sluice.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.LeaseAnswers;
import sluice.dataplane.api.LeaseKey;
import sluice.dataplane.api.LeaseOffload;
import sluice.dataplane.api.LeaseTerms;
import sluice.dataplane.api.OffloadedLease;
import sluice.net.Ip4;
import sluice.testkit.FakeDataPlane;

/** What other systems see of DHCP. */
final class DhcpMetricsTest {

    private final DhcpCounters counters = new DhcpCounters();
    private final DhcpMetrics metrics = new DhcpMetrics(counters);

    @Test
    void bothWaysOfAnAckAreOneResult() {
        counters.count(DhcpCounter.ACK);
        counters.count(DhcpCounter.ACK_INFORM);
        counters.add(DhcpCounter.OFFER, 3);
        assertThat(values("slow")).containsEntry("ack", 2.0).containsEntry("offer", 3.0);
    }

    @Test
    void answersOfTheDataPlaneAreTheFastPathAsLongAsItIsThere() {
        assertThat(values("fast")).isEmpty();
        FakeDataPlane dataPlane = new FakeDataPlane(new Answering(new LeaseAnswers(5, 7)));
        metrics.bindDataPlane(dataPlane);
        assertThat(values("fast")).isEqualTo(Map.of("offer", 5.0, "ack", 7.0));
        assertThat(values("slow")).containsEntry("ack", 0.0);
        metrics.unbindDataPlane(dataPlane);
        assertThat(values("fast")).isEmpty();
    }

    @Test
    void dataPlaneThatAnswersNobodyHasNoFastPath() {
        metrics.bindDataPlane(new FakeDataPlane());
        assertThat(values("fast")).isEmpty();
    }

    private Map<String, Double> values(String path) {
        return metrics.metrics().stream()
                .filter(metric -> metric.labels().getFirst().equals(path))
                .collect(Collectors.toMap(metric -> metric.labels().getLast(), metric -> metric.value()));
    }

    /** Leases that say how often they were renewed. */
    private record Answering(LeaseAnswers told) implements LeaseOffload {

        @Override
        public Optional<LeaseAnswers> answers() {
            return Optional.of(told);
        }

        @Override
        public boolean put(LeaseKey key, long session, Ip4 address, LeaseTerms terms, Duration remaining) {
            return false;
        }

        @Override
        public Optional<OffloadedLease> read(LeaseKey key, long session) {
            return Optional.empty();
        }

        @Override
        public Optional<OffloadedLease> remove(LeaseKey key, long session) {
            return Optional.empty();
        }

        @Override
        public Map<LeaseKey, OffloadedLease> all() {
            return Map.of();
        }
    }
}
