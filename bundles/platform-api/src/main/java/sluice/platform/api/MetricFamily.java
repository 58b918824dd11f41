package sluice.platform.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What metrics of one name have in common. Labels have few values each, known beforehand or named by the operator:
 * never one per subscriber.
 *
 * @param name as Prometheus has it, with its unit; that of a counter ends with {@code _total}
 * @param help one sentence without full stop
 * @param labels names, in the order in which samples give their values
 */
public record MetricFamily(String name, Type type, String help, List<String> labels) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
    /** Made by Prometheus itself. */
    private static final Set<String> TAKEN = Set.of("job", "instance", "le", "quantile");

    private static final String TOTAL = "_total";

    /** How values behave. */
    public enum Type {
        /** Only grows, but begins anew when what counts does. */
        COUNTER,
        /** Goes up and down. */
        GAUGE,
        /** How many values were how large; only grows, as a counter. */
        HISTOGRAM
    }

    public MetricFamily {
        labels = List.copyOf(labels);
        if (!NAME.matcher(name).matches() || (type == Type.COUNTER) != name.endsWith(TOTAL)) {
            throw new IllegalArgumentException("Metric " + name + ", expected lower case, a counter's with " + TOTAL);
        }
        if (Set.copyOf(labels).size() < labels.size()
                || !labels.stream().allMatch(label -> NAME.matcher(label).matches() && !TAKEN.contains(label))) {
            throw new IllegalArgumentException("Labels " + labels + " of metric " + name);
        }
    }

    /** Something that only grows. */
    public static MetricFamily counter(String name, String help, String... labels) {
        return new MetricFamily(name, Type.COUNTER, help, List.of(labels));
    }

    /** Something that goes up and down. */
    public static MetricFamily gauge(String name, String help, String... labels) {
        return new MetricFamily(name, Type.GAUGE, help, List.of(labels));
    }

    /** Something of which each case has a size, in the unit that the name says. */
    public static MetricFamily histogram(String name, String help, String... labels) {
        return new MetricFamily(name, Type.HISTOGRAM, help, List.of(labels));
    }

    /** What was counted so far, of a histogram. */
    public Metric sample(Distribution distribution, String... labels) {
        return new Metric(this, List.of(labels), (double) distribution.count(), Optional.of(distribution));
    }

    /** A value of this family. */
    public Metric sample(double value, String... labels) {
        return new Metric(this, List.of(labels), value);
    }

    /** A whole number of this family; exact up to 2^53. */
    public Metric sample(long value, String... labels) {
        return sample((double) value, labels);
    }

    /** One for yes, zero for no. */
    public Metric sample(boolean value, String... labels) {
        return sample(value ? 1L : 0L, labels);
    }
}
