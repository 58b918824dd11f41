package sluice.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import sluice.platform.api.Distribution;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;

/**
 * The text format of Prometheus, version 0.0.4:
 *
 * <pre>
 * # HELP bng_pool_available_ips Addresses that can be given out
 * # TYPE bng_pool_available_ips gauge
 * bng_pool_available_ips{pool="residential"} 1007
 * </pre>
 *
 * A histogram is several series: {@code NAME_bucket} for each bound {@code le}, {@code NAME_sum} and
 * {@code NAME_count}.
 */
final class TextFormat {

    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Above it, not every whole number is a double. */
    private static final double WHOLE_MAX = 1L << 53;

    private TextFormat() {}

    /**
     * Families in the order of their names, each together. Where two versions of a bundle say the same for a moment,
     * the first counts.
     */
    static String write(Collection<Metric> metrics) {
        Map<String, List<Metric>> families = new TreeMap<>();
        for (Metric metric : metrics) {
            families.computeIfAbsent(metric.family().name(), name -> new ArrayList<>())
                    .add(metric);
        }
        StringBuilder text = new StringBuilder();
        families.values().forEach(family -> write(family, text));
        return text.toString();
    }

    private static void write(List<Metric> metrics, StringBuilder text) {
        MetricFamily family = metrics.getFirst().family();
        String name = family.name();
        text.append("# HELP ").append(name).append(' ').append(escaped(family.help()));
        text.append("\n# TYPE ").append(name).append(' ');
        text.append(family.type().name().toLowerCase(Locale.ROOT)).append('\n');
        Set<List<String>> written = new HashSet<>();
        for (Metric metric : metrics) {
            if (metric.family().equals(family) && written.add(metric.labels())) {
                metric.distribution()
                        .ifPresentOrElse(
                                distribution -> write(family, metric.labels(), distribution, text),
                                () -> write(name, family.labels(), metric.labels(), metric.value(), text));
            }
        }
    }

    private static void write(MetricFamily family, List<String> labels, Distribution distribution, StringBuilder text) {
        List<String> names = new ArrayList<>(family.labels());
        names.add("le");
        for (int i = 0; i < distribution.cases().size(); i++) {
            double bound =
                    i < distribution.bounds().size() ? distribution.bounds().get(i) : Double.POSITIVE_INFINITY;
            List<String> values = new ArrayList<>(labels);
            values.add(number(bound));
            write(
                    family.name() + "_bucket",
                    names,
                    values,
                    (double) distribution.cases().get(i),
                    text);
        }
        write(family.name() + "_sum", family.labels(), labels, distribution.sum(), text);
        write(family.name() + "_count", family.labels(), labels, (double) distribution.count(), text);
    }

    private static void write(
            String series, List<String> names, List<String> values, double value, StringBuilder text) {
        text.append(series);
        labels(names, values, text);
        text.append(' ').append(number(value)).append('\n');
    }

    private static void labels(List<String> names, List<String> values, StringBuilder text) {
        for (int i = 0; i < names.size(); i++) {
            text.append(i == 0 ? '{' : ',').append(names.get(i)).append("=\"");
            text.append(escaped(values.get(i)).replace("\"", "\\\"")).append('"');
        }
        if (!names.isEmpty()) {
            text.append('}');
        }
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n");
    }

    static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return value == Math.rint(value) && Math.abs(value) <= WHOLE_MAX
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
