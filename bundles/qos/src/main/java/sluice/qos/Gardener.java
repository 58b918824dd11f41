package sluice.qos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Garden;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Keeps the walled gardens of the data plane as the operator has them. When it goes they stay. Safe for any thread. */
@Component(service = Inspectable.class, immediate = true)
public final class Gardener implements Inspectable {

    private static final Logger LOG = LoggerFactory.getLogger(Gardener.class);

    private final List<OwnGarden> gardens = new ArrayList<>();
    private final List<OwnPolicy> policies = new ArrayList<>();
    private Optional<DataPlane> dataPlane = Optional.empty();
    private Optional<String> failure = Optional.empty();
    private final BooleanSupplier stopping;
    private boolean started;

    /** For the framework. */
    @Activate
    public Gardener(BundleContext context) {
        this(() -> context.getBundle().getState() == Bundle.STOPPING);
    }

    /** @param stopping whether gardens go because the gateway does, and stay in force */
    Gardener(BooleanSupplier stopping) {
        this.stopping = stopping;
    }

    /** The operator made a garden. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindGarden(OwnGarden garden) {
        gardens.add(garden);
        plant();
    }

    /** The operator changed a garden. */
    synchronized void updatedGarden(OwnGarden garden) {
        plant();
    }

    /** The operator took a garden away: its subscribers reach nothing any more. */
    synchronized void unbindGarden(OwnGarden garden) {
        gardens.remove(garden);
        plant();
    }

    /** The operator made a policy, which may name a garden. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindPolicy(OwnPolicy policy) {
        policies.add(policy);
    }

    synchronized void unbindPolicy(OwnPolicy policy) {
        policies.remove(policy);
    }

    /** There is a data plane. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindDataPlane(DataPlane present) {
        dataPlane = Optional.of(present);
        plant();
    }

    synchronized void unbindDataPlane(DataPlane gone) {
        if (dataPlane.filter(gone::equals).isPresent()) {
            dataPlane = Optional.empty();
        }
    }

    /** Everything that was there is bound: before, a part of the gardens would have replaced all. */
    @Activate
    synchronized void start() {
        started = true;
        plant();
    }

    private void plant() {
        if (!started || stopping.getAsBoolean() || dataPlane.isEmpty()) {
            return;
        }
        try {
            dataPlane
                    .get()
                    .gardens(gardens.stream()
                            .flatMap(garden -> garden.garden().stream())
                            .toList());
            failure = Optional.empty();
        } catch (DataPlaneException | IllegalArgumentException refusal) {
            failure = Optional.of("The walled gardens are not in force as configured: " + refusal.getMessage() + ".");
            LOG.error("The walled gardens are not in force: {}", refusal.getMessage());
        }
    }

    @Override
    public String name() {
        return "qos:gardens";
    }

    @Override
    public String description() {
        return "Walled gardens of the operator";
    }

    @Override
    public synchronized Table table() {
        return new Table(
                List.of("Name", "Id", "Rules", "Portal"),
                gardens.stream()
                        .sorted(Comparator.comparing(garden -> garden.file().pid()))
                        .flatMap(garden -> garden.garden().stream()
                                .map(planted -> row(garden.name().orElse(""), planted)))
                        .toList());
    }

    private static List<String> row(String name, Garden garden) {
        return List.of(
                name,
                Integer.toString(garden.id()),
                Integer.toString(garden.allowed().size()),
                garden.portal().map(Garden.Portal::toString).orElse(""));
    }

    @Override
    public synchronized List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        failure.ifPresent(complaints::add);
        gardens.forEach(garden -> garden.complaint().ifPresent(complaints::add));
        for (OwnPolicy policy : policies) {
            policy.settings()
                    .filter(settings -> !settings.garden().isEmpty() && !isThere(settings.garden()))
                    .ifPresent(settings -> complaints.add("Policy " + settings.name()
                            + " keeps its subscribers in the walled garden " + settings.garden()
                            + ", which is not configured: they reach nothing. Add etc/sluice.garden-"
                            + settings.garden() + ".cfg."));
        }
        return complaints;
    }

    private boolean isThere(String name) {
        return gardens.stream()
                .anyMatch(garden -> garden.name().filter(name::equals).isPresent());
    }
}
