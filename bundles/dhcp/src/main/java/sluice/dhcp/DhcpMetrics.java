package sluice.dhcp;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import sluice.dataplane.api.DataPlane;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;
import sluice.platform.api.MetricSource;

/** What became of DHCP messages, whether this server or the data plane answered them. Safe for any thread. */
@Component(service = MetricSource.class)
public final class DhcpMetrics implements MetricSource {

    private static final MetricFamily REQUESTS = MetricFamily.counter(
            "bng_dhcp_requests_total",
            "DHCP messages by path (slow: decided by Java; fast: answered by the data plane) and result: offer, ack,"
                    + " nak, released, declined, denied, unanswered, no_address, failed, dropped, ignored",
            "path",
            "result");
    private static final String SLOW = "slow";
    private static final String FAST = "fast";
    private static final String OFFER = "offer";
    private static final String ACK = "ack";

    private static final Map<String, Set<DhcpCounter>> RESULTS = results();

    private final DhcpCounters counters;
    private final List<DataPlane> dataPlanes = new CopyOnWriteArrayList<>();

    /** A view of the counters. */
    @Activate
    public DhcpMetrics(@Reference DhcpCounters counters) {
        this.counters = counters;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindDataPlane(DataPlane dataPlane) {
        dataPlanes.add(dataPlane);
    }

    void unbindDataPlane(DataPlane dataPlane) {
        dataPlanes.remove(dataPlane);
    }

    private static Map<String, Set<DhcpCounter>> results() {
        Map<String, Set<DhcpCounter>> results = new LinkedHashMap<>();
        results.put(OFFER, EnumSet.of(DhcpCounter.OFFER));
        results.put(ACK, EnumSet.of(DhcpCounter.ACK, DhcpCounter.ACK_INFORM));
        results.put("nak", EnumSet.of(DhcpCounter.NAK));
        results.put("released", EnumSet.of(DhcpCounter.RELEASE));
        results.put("declined", EnumSet.of(DhcpCounter.DECLINE));
        results.put("denied", EnumSet.of(DhcpCounter.DENIED));
        results.put("unanswered", EnumSet.of(DhcpCounter.UNANSWERED));
        results.put("no_address", EnumSet.of(DhcpCounter.NO_ADDRESS));
        results.put("failed", EnumSet.of(DhcpCounter.OPEN_FAILED, DhcpCounter.NOT_DURABLE));
        results.put("dropped", EnumSet.range(DhcpCounter.MALFORMED, DhcpCounter.NO_RELAY_OPTION));
        results.put("ignored", EnumSet.range(DhcpCounter.UNKNOWN_TYPE, DhcpCounter.NO_NETWORK));
        return results;
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        RESULTS.forEach((result, those) -> metrics.add(
                REQUESTS.sample(those.stream().mapToLong(counters::get).sum(), SLOW, result)));
        dataPlanes.stream()
                .flatMap(dataPlane -> dataPlane.leases().answers().stream())
                .findFirst() // there are two for a moment, while one takes over from the other
                .ifPresent(answers -> {
                    metrics.add(REQUESTS.sample(answers.offers(), FAST, OFFER));
                    metrics.add(REQUESTS.sample(answers.acks(), FAST, ACK));
                });
        return metrics;
    }
}
