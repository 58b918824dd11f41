package sluice.radius;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.loop.TimeHistogram;
import sluice.platform.api.Distribution;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;
import sluice.platform.api.MetricSource;

/** What servers answered, and how far accounting has come. */
@Component(service = MetricSource.class)
public final class RadiusMetrics implements MetricSource {

    private static final MetricFamily REQUESTS = MetricFamily.counter(
            "bng_radius_requests_total",
            "Requests by service (auth, acct) and result: accept, reject, challenge, accounted, unreachable, unsent",
            "type",
            "result",
            "server");
    private static final MetricFamily TIMEOUTS = MetricFamily.counter(
            "bng_radius_timeouts_total", "Transmissions to the server that nothing came back for in time", "server");
    private static final MetricFamily LATENCY = MetricFamily.histogram(
            "bng_radius_latency_seconds",
            "From the last transmission of a request to its reply, Status-Server too",
            "type",
            "server");
    private static final MetricFamily UP = MetricFamily.gauge(
            "bng_radius_server_up",
            "1 while requests are sent to that service of the server, else 0",
            "type",
            "server");
    private static final MetricFamily RECORDS = MetricFamily.gauge(
            "bng_accounting_spool_records",
            "Accounting records read and not yet delivered; those not read yet wait in the event log",
            "reader");
    private static final MetricFamily AGE = MetricFamily.gauge(
            "bng_accounting_spool_age_seconds", "Age of the oldest accounting record that waits", "reader");
    private static final MetricFamily RATIO = MetricFamily.gauge(
            "bng_accounting_spool_ratio",
            "Part of the event log's bound that waiting accounting records take",
            "reader");
    private static final MetricFamily ALARM =
            MetricFamily.gauge("bng_accounting_alarm", "1 while accounting is late, else 0", "reader");

    private static final long[] BOUNDS_MILLIS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000};
    private static final long[] BOUNDS_NANOS =
            LongStream.of(BOUNDS_MILLIS).map(millis -> millis * 1_000_000).toArray();
    private static final List<Double> BOUNDS =
            LongStream.of(BOUNDS_MILLIS).mapToObj(millis -> millis / 1e3).toList();

    /** How requests end, beside time-outs. */
    private static final Map<LinkCounter, String> RESULTS = results();

    private final RadiusClient client;
    private final RadiusAccounting accounting;

    /** A view of the client and the accounting. */
    @Activate
    public RadiusMetrics(@Reference RadiusClient client, @Reference RadiusAccounting accounting) {
        this.client = client;
        this.accounting = accounting;
    }

    private static Map<LinkCounter, String> results() {
        Map<LinkCounter, String> results = new LinkedHashMap<>();
        results.put(LinkCounter.ACCEPTS, "accept");
        results.put(LinkCounter.REJECTS, "reject");
        results.put(LinkCounter.CHALLENGES, "challenge");
        results.put(LinkCounter.ACCOUNTED, "accounted");
        results.put(LinkCounter.PORT_UNREACHABLE, "unreachable");
        results.put(LinkCounter.SEND_FAILED, "unsent");
        return results;
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        Map<String, Long> timeouts = new LinkedHashMap<>();
        for (ServerLink link : client.loop().links()) {
            String server = link.server().name();
            String type = link.kind().toString();
            RESULTS.forEach((counter, result) -> {
                if (canBe(link.kind(), counter)) {
                    metrics.add(REQUESTS.sample(link.counters().get(counter), type, result, server));
                }
            });
            timeouts.merge(server, link.counters().get(LinkCounter.TIME_OUTS), Long::sum);
            metrics.add(LATENCY.sample(distribution(link.latency()), type, server));
            metrics.add(UP.sample(link.state().equals("up"), type, server));
        }
        timeouts.forEach((server, sum) -> metrics.add(TIMEOUTS.sample(sum, server)));
        for (AccountingSpool spool : accounting.spools()) {
            String reader = spool.name();
            metrics.add(RECORDS.sample(spool.waiting() + spool.aside().size(), reader));
            metrics.add(AGE.sample(spool.alarm().age().toSeconds(), reader));
            metrics.add(RATIO.sample(spool.alarm().share() / 100.0, reader));
            metrics.add(ALARM.sample(spool.alarm().isRaised(), reader));
        }
        return metrics;
    }

    private static Distribution distribution(TimeHistogram times) {
        List<Long> counts = LongStream.of(times.upTo(BOUNDS_NANOS)).boxed().toList();
        return new Distribution(BOUNDS, counts, times.sum() / 1e9);
    }

    private static boolean canBe(RequestKind kind, LinkCounter counter) {
        return switch (counter) {
            case ACCEPTS, REJECTS, CHALLENGES -> kind == RequestKind.ACCESS;
            case ACCOUNTED -> kind == RequestKind.ACCOUNTING;
            default -> true;
        };
    }
}
