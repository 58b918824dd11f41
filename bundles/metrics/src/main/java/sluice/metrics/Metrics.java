package sluice.metrics;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricSource;
import sluice.platform.api.Table;

/** Collects what bundles offer as {@link MetricSource} and serves it to Prometheus, and to the operator as a table. */
@Component(service = Inspectable.class, configurationPid = "sluice.metrics", immediate = true)
@Designate(ocd = Metrics.Config.class)
public final class Metrics implements Inspectable {

    private final Collector collector = new Collector();
    private final MetricsServer server;

    /** What the operator can set. */
    @ObjectClassDefinition(name = "Metrics for Prometheus")
    @interface Config {
        @AttributeDefinition(description = "Local IP address; whoever reaches it may read, nobody is asked who he is")
        String address() default "127.0.0.1";

        @AttributeDefinition(
                description = "TCP port; metrics are at http://ADDRESS:PORT/metrics",
                min = "1",
                max = "65535")
        int port() default 9464;
    }

    /** Serves from now on. */
    @Activate
    public Metrics(Config config) {
        server = new MetricsServer(InetAddress.ofLiteral(config.address()), config.port(), collector);
    }

    @Deactivate
    void close() {
        server.close();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindSource(MetricSource source) {
        collector.add(source);
    }

    void unbindSource(MetricSource source) {
        collector.remove(source);
    }

    @Override
    public String name() {
        return "metrics:list";
    }

    @Override
    public String description() {
        return "What Prometheus reads, with the values of now";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        collector.metrics().stream()
                .sorted(Comparator.comparing((Metric metric) -> metric.family().name())
                        .thenComparing(metric -> String.join("\n", metric.labels())))
                .forEach(metric -> rows.add(List.of(
                        metric.family().name(),
                        labels(metric),
                        TextFormat.number(metric.value()),
                        metric.family().help())));
        return new Table(List.of("Name", "Labels", "Value", "Meaning"), rows);
    }

    @Override
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        if (!server.trouble().isEmpty()) {
            complaints.add("Metrics are not served: " + server.trouble() + ".");
        }
        if (!collector.failing().isEmpty()) {
            complaints.add("Metrics are missing by a defect in " + String.join(", ", collector.failing()) + ".");
        }
        return complaints;
    }

    private static String labels(Metric metric) {
        Map<String, String> labels = new TreeMap<>();
        for (int i = 0; i < metric.labels().size(); i++) {
            labels.put(metric.family().labels().get(i), metric.labels().get(i));
        }
        return labels.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(" "));
    }
}
