package sluice.qos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;
import sluice.session.api.Policy;

/** Every policy with everything that it does, and how many sessions have it. */
@Component(service = Inspectable.class)
public final class PoliciesTable implements Inspectable {

    private static final Duration ANSWER = Duration.ofMillis(700);
    private static final List<String> COLUMNS = List.of(
            "Name",
            "Sessions",
            "Download kbit/s",
            "Download burst kB",
            "Upload kbit/s",
            "Upload burst kB",
            "Access",
            "DSCP down",
            "DSCP up",
            "Priority",
            "Identity",
            "Segment",
            "MTU",
            "Origin",
            "Default");

    private final PolicyCatalog catalog;
    private final SessionReader sessions;

    /** A view of the catalog. */
    @Activate
    public PoliciesTable(@Reference PolicyCatalog catalog, @Reference SessionReader sessions) {
        this.catalog = catalog;
        this.sessions = sessions;
    }

    @Override
    public String name() {
        return "qos:policies";
    }

    @Override
    public String description() {
        return "Policies, what they do, and how many sessions have each; own ones go before those built in";
    }

    @Override
    public Table table() {
        PolicyBook book = catalog.book();
        Optional<Map<String, LongAdder>> counted = count();
        List<List<String>> rows = new ArrayList<>();
        for (Policy policy : book.policies().values()) {
            String origin = book.own().contains(policy.name()) ? "own" : "built in";
            rows.add(row(policy, sessionsOf(policy.name(), counted), origin, book));
        }
        counted.ifPresent(sums -> new TreeMap<>(sums).forEach((name, sum) -> {
            if (book.find(name).isEmpty()) {
                rows.add(withoutPolicy(name, sum.toString()));
            }
        }));
        return new Table(COLUMNS, rows);
    }

    @Override
    public List<String> complaints() {
        return catalog.complaints();
    }

    /** Open sessions by the name of their policy; empty when the engine does not tell in time. */
    private Optional<Map<String, LongAdder>> count() {
        Map<String, LongAdder> sums = new ConcurrentHashMap<>();
        try {
            boolean complete = sessions.read(
                    session -> session.opened()
                            .flatMap(since -> session.policy())
                            .ifPresent(policy -> sums.computeIfAbsent(policy.name(), name -> new LongAdder())
                                    .increment()),
                    ANSWER);
            return complete ? Optional.of(sums) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static String sessionsOf(String name, Optional<Map<String, LongAdder>> counted) {
        return counted.map(sums -> String.valueOf(sums.getOrDefault(name, new LongAdder())))
                .orElse("?");
    }

    private static List<String> row(Policy policy, String sessions, String origin, PolicyBook book) {
        Treatment treatment = policy.treatment();
        return List.of(
                policy.name(),
                sessions,
                rate(policy.download()),
                burst(policy.download()),
                rate(policy.upload()),
                burst(policy.upload()),
                access(treatment, book),
                number(treatment.dscpDown()),
                number(treatment.dscpUp()),
                number(policy.priority()),
                treatment.identity().name().toLowerCase(Locale.ROOT),
                size(treatment.maxSegmentSize()),
                size(treatment.mtu()),
                origin,
                policy.name().equals(book.defaults().policy()) ? "yes" : "");
    }

    /** Of sessions whose rates came with their authorization, or whose policy was taken away a moment ago. */
    private static List<String> withoutPolicy(String name, String sessions) {
        return List.of(name, sessions, "", "", "", "", "", "", "", "", "", "", "", "of sessions", "");
    }

    private static String access(Treatment treatment, PolicyBook book) {
        String access = treatment.access().name().toLowerCase(Locale.ROOT);
        return treatment.access() == Access.WALLED
                ? access + " " + book.gardens().getOrDefault(treatment.garden(), Integer.toString(treatment.garden()))
                : access;
    }

    private static String rate(Policer policer) {
        return policer.isUnlimited() ? "unlimited" : Long.toString(policer.bitsPerSecond() / 1000);
    }

    private static String burst(Policer policer) {
        return policer.isUnlimited() ? "" : Long.toString(policer.burstBytes() / 1000);
    }

    private static String number(OptionalInt value) {
        return value.isPresent() ? Integer.toString(value.getAsInt()) : "";
    }

    private static String size(int bytes) {
        return bytes == 0 ? "" : Integer.toString(bytes);
    }
}
