package sluice.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricSource;

/** Asks every source. Safe for any thread. */
final class Collector {

    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

    private final List<MetricSource> sources = new CopyOnWriteArrayList<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    void add(MetricSource source) {
        sources.add(source);
    }

    void remove(MetricSource source) {
        sources.remove(source);
        failing.remove(name(source));
    }

    /** All there is now; a source with a defect is left out. */
    List<Metric> metrics() {
        List<Metric> all = new ArrayList<>();
        for (MetricSource source : sources) {
            try {
                all.addAll(source.metrics());
                failing.remove(name(source));
            } catch (RuntimeException e) { // a bug there must not hide everything else
                if (failing.add(name(source))) {
                    LOG.warn("Metrics of {} are missing", name(source), e);
                }
            }
        }
        return all;
    }

    /** Sources that failed when they were asked last. */
    List<String> failing() {
        return failing.stream().sorted().toList();
    }

    private static String name(MetricSource source) {
        return source.getClass().getName();
    }
}
