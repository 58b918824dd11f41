package sluice.platform.api;

import java.util.List;

/**
 * One value that other systems watch, as of now.
 *
 * @param labels values in the order of the family's names
 */
public record Metric(MetricFamily family, List<String> labels, double value) {

    public Metric {
        labels = List.copyOf(labels);
        if (labels.size() != family.labels().size()) {
            throw new IllegalArgumentException(
                    "Labels " + labels + " of " + family.name() + ", expected " + family.labels());
        }
    }
}
