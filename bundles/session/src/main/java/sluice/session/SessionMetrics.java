package sluice.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;
import sluice.platform.api.MetricSource;

/** How many sessions there are, and whether the gateway is left alone. Reads what the shards have counted. */
final class SessionMetrics implements MetricSource {

    private static final MetricFamily ACTIVE = MetricFamily.gauge(
            "bng_session_active",
            "Sessions by access protocol and state: starting, open, closing (packets stopped, not yet forgotten)",
            "type",
            "state");
    private static final MetricFamily TOTAL = MetricFamily.counter(
            "bng_session_total",
            "Sessions by access protocol and what became of them: opened, recovered, failed (never open), ended",
            "type",
            "outcome");
    private static final MetricFamily PPPOE = MetricFamily.gauge(
            "bng_pppoe_sessions_active", "PPPoE sessions whose packets pass, also counted in bng_session_active");
    private static final MetricFamily PARTITION = MetricFamily.gauge(
            "bng_resilience_partition_state", "1 while no RADIUS server answers and the rules for that count, else 0");
    private static final MetricFamily SERVED = MetricFamily.gauge(
            "bng_resilience_sessions",
            "Sessions without the word of a server: cached (as remembered), default (by the realm's policy)",
            "state");
    private static final MetricFamily WAITING = MetricFamily.gauge(
            "bng_resilience_subscribers_waiting", "Subscribers to whose question no server has answered yet");
    private static final MetricFamily DUE = MetricFamily.gauge(
            "bng_resilience_reauthentications_due", "Sessions about which a server is still to be asked again");

    private static final Set<Census.Figure> STATES =
            Set.of(Census.Figure.STARTING, Census.Figure.OPEN, Census.Figure.CLOSING);

    private final List<Census> shards;
    private final Outage outage;
    private final Supplier<DegradedTally> tally;

    /** @param tally of all shards together */
    SessionMetrics(List<Census> shards, Outage outage, Supplier<DegradedTally> tally) {
        this.shards = List.copyOf(shards);
        this.outage = outage;
        this.tally = tally;
    }

    @Override
    public List<Metric> metrics() {
        DegradedTally now = tally.get();
        List<Metric> metrics = new ArrayList<>();
        metrics.add(PARTITION.sample(outage.isOn()));
        metrics.add(SERVED.sample(now.cached(), "cached"));
        metrics.add(SERVED.sample(now.byDefault(), "default"));
        metrics.add(WAITING.sample(now.waiting()));
        metrics.add(DUE.sample(now.due()));
        metrics.add(PPPOE.sample(sum("pppoe", Census.Figure.OPEN)));
        Set<String> protocols = new TreeSet<>();
        shards.forEach(shard -> protocols.addAll(shard.protocols()));
        for (String protocol : protocols) {
            for (Census.Figure figure : Census.Figure.values()) {
                MetricFamily family = STATES.contains(figure) ? ACTIVE : TOTAL;
                metrics.add(family.sample(
                        sum(protocol, figure), protocol, figure.name().toLowerCase(Locale.ROOT)));
            }
        }
        return metrics;
    }

    private long sum(String protocol, Census.Figure figure) {
        return shards.stream().mapToLong(shard -> shard.get(protocol, figure)).sum();
    }
}
