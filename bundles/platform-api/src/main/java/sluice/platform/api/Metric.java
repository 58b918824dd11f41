package sluice.platform.api;

import java.util.List;
import java.util.Optional;

/**
 * One value that other systems watch, as of now.
 *
 * @param labels values in the order of the family's names
 * @param value of a histogram how many cases there were
 * @param distribution of a histogram, and of nothing else
 */
public record Metric(MetricFamily family, List<String> labels, double value, Optional<Distribution> distribution) {

    public Metric {
        labels = List.copyOf(labels);
        if (labels.size() != family.labels().size()) {
            throw new IllegalArgumentException(
                    "Labels " + labels + " of " + family.name() + ", expected " + family.labels());
        }
        if (distribution.isPresent() != (family.type() == MetricFamily.Type.HISTOGRAM)) {
            throw new IllegalArgumentException(family.name() + " is a " + family.type());
        }
    }

    /** A plain value. */
    public Metric(MetricFamily family, List<String> labels, double value) {
        this(family, labels, value, Optional.empty());
    }
}
