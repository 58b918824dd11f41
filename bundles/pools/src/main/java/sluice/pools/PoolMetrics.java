package sluice.pools;

import java.util.List;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;
import sluice.platform.api.MetricSource;

/** How full the pools are. */
@Component(service = MetricSource.class)
public final class PoolMetrics implements MetricSource {

    private static final MetricFamily RATIO = MetricFamily.gauge(
            "bng_pool_utilization_ratio",
            "Part of the pool's addresses or prefixes that is in use or in quarantine",
            "pool");
    private static final MetricFamily AVAILABLE = MetricFamily.gauge(
            "bng_pool_available_ips", "Addresses or prefixes of the pool that can be given out now", "pool");
    private static final MetricFamily ALLOCATED = MetricFamily.gauge(
            "bng_pool_allocated_ips", "Addresses or prefixes of the pool that sessions hold", "pool");

    private final LocalPools pools;

    /** A view of the pools. */
    @Activate
    public PoolMetrics(@Reference LocalPools pools) {
        this.pools = pools;
    }

    @Override
    public List<Metric> metrics() {
        return pools.use().stream()
                .flatMap(use -> Stream.of(
                        RATIO.sample(use.ratio(), use.pool()),
                        AVAILABLE.sample(use.available(), use.pool()),
                        ALLOCATED.sample(use.held(), use.pool())))
                .toList();
    }
}
