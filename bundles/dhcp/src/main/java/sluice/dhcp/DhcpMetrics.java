package sluice.dhcp;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;
import sluice.platform.api.MetricSource;

/** What became of DHCP messages that reached this server; what the data plane answers by itself is not among them. */
@Component(service = MetricSource.class)
public final class DhcpMetrics implements MetricSource {

    private static final MetricFamily REQUESTS = MetricFamily.counter(
            "bng_dhcp_requests_total",
            "DHCP messages by path (slow: decided by Java) and result: offer, ack, nak, released, declined,"
                    + " denied, unanswered, no_address, failed, dropped, ignored",
            "path",
            "result");
    private static final String PATH = "slow";

    private static final Map<String, Set<DhcpCounter>> RESULTS = results();

    private final DhcpCounters counters;

    /** A view of the counters. */
    @Activate
    public DhcpMetrics(@Reference DhcpCounters counters) {
        this.counters = counters;
    }

    private static Map<String, Set<DhcpCounter>> results() {
        Map<String, Set<DhcpCounter>> results = new LinkedHashMap<>();
        results.put("offer", EnumSet.of(DhcpCounter.OFFER));
        results.put("ack", EnumSet.of(DhcpCounter.ACK, DhcpCounter.ACK_INFORM));
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
        return RESULTS.entrySet().stream()
                .map(result -> REQUESTS.sample(
                        result.getValue().stream().mapToLong(counters::get).sum(), PATH, result.getKey()))
                .toList();
    }
}
