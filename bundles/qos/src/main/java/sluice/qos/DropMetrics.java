package sluice.qos;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;
import sluice.platform.api.MetricSource;

/** What policies drop, as of the sampler's last round. */
@Component(service = MetricSource.class)
public final class DropMetrics implements MetricSource {

    private static final MetricFamily DROPPED = MetricFamily.counter(
            "bng_qos_packets_dropped_total",
            "Packets over the rate by policy and direction (download, upload), at most half a minute old",
            "policy",
            "direction");

    private final DropSampler sampler;

    /** A view of the sampler. */
    @Activate
    public DropMetrics(@Reference DropSampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public List<Metric> metrics() {
        return sampler.meter().packets((policy, direction, packets) -> DROPPED.sample(packets, policy, direction));
    }
}
