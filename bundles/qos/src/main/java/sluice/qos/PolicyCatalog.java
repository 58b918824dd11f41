package sluice.qos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.platform.api.CounterSet;
import sluice.session.api.Authorization;
import sluice.session.api.Policy;
import sluice.session.api.PolicyListener;
import sluice.session.api.PolicySource;
import sluice.session.api.Reach;

/**
 * Knows the policies: those built in, and the operator's, which come, change and go while it runs. It stays the same
 * service when its own settings change: the session engine would be built anew with another one.
 */
@Component(
        service = {PolicySource.class, PolicyCatalog.class},
        configurationPid = PolicyCatalog.PID)
@Designate(ocd = PolicyCatalog.Config.class)
public final class PolicyCatalog implements PolicySource {

    static final String PID = "sluice.qos.default";
    /** Name of a policy that consists of rates of the authorization alone. */
    static final String BY_RATES = "radius-rates";

    private static final Logger LOG = LoggerFactory.getLogger(PolicyCatalog.class);
    private static final int NAMES_MAX = 1000;

    private final List<OwnPolicy> own = new ArrayList<>();
    private final List<OwnGarden> gardens = new ArrayList<>();
    private final List<PolicyListener> listeners = new CopyOnWriteArrayList<>();
    private final CounterSet<PolicyCounter> counters = new CounterSet<>(PolicyCounter.class);
    private final Set<String> unknownNames = ConcurrentHashMap.newKeySet();
    private final Set<String> unknownGardens = ConcurrentHashMap.newKeySet();
    /** Policies of which sessions have the upload alone: no authorization is called by them. */
    private final Set<String> ingressNames = ConcurrentHashMap.newKeySet();

    private final BooleanSupplier stopping;
    private PolicyDefaults defaults = PolicyDefaults.SHIPPED;
    private Optional<String> failure = Optional.empty();
    private volatile PolicyBook book = PolicyBook.of(List.of(), PolicyDefaults.SHIPPED);
    private volatile Set<String> gardenNames = Set.of();

    /** The keys of {@code sluice.qos.default.cfg}. */
    @ObjectClassDefinition(name = "Default policy")
    @interface Config {
        @AttributeDefinition(description = "Policy of subscribers for whom no known policy is named")
        String policy() default "unlimited";

        @AttributeDefinition(
                description = "Proof of origin where a policy says nothing: strict, loose or log_only, as in"
                        + " sluice.qos-NAME.cfg")
        String identity() default "strict";

        @AttributeDefinition(
                description = "Largest TCP segment that a SYN may offer where a policy says nothing, bytes, at least"
                        + " 536; 0: 40 less than mtu, or no limit without one")
        int max__segment__size() default 0;

        @AttributeDefinition(
                description = "Largest IP packet to a subscriber where a policy says nothing, bytes, at least 576; 0:"
                        + " what the port carries with tags and PPPoE")
        int mtu() default 0;
    }

    /** A catalog with these defaults, or the shipped ones when they make no sense. */
    @Activate
    public PolicyCatalog(BundleContext context, Config config) {
        stopping = () -> context.getBundle().getState() == Bundle.STOPPING;
        modified(config);
    }

    /** @param stopping whether policies go because the gateway, or this bundle, does, and stay in force */
    PolicyCatalog(PolicyDefaults defaults, BooleanSupplier stopping) {
        this.stopping = stopping;
        take(defaults);
    }

    /** The operator changed the defaults. */
    @Modified
    synchronized void modified(Config config) {
        try {
            take(PolicyDefaults.of(config));
        } catch (IllegalArgumentException unfit) {
            failure = Optional.of(new SettingsFile(PID) + ": " + unfit.getMessage()
                    + "; the defaults of policies stay as they were.");
            LOG.error("Defaults of policies not in force as written: {}", failure.get());
        }
    }

    synchronized void take(PolicyDefaults changed) {
        defaults = changed;
        failure = Optional.empty();
        rewrite();
    }

    /** The operator made a policy. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindPolicy(OwnPolicy policy) {
        own.add(policy);
        rewrite();
    }

    /** The operator changed a policy. */
    synchronized void updatedPolicy(OwnPolicy policy) {
        rewrite();
    }

    /** The operator took a policy away; sessions that have it get the default one. */
    synchronized void unbindPolicy(OwnPolicy policy) {
        own.remove(policy);
        rewrite();
    }

    /** The operator made a garden. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindGarden(OwnGarden garden) {
        gardens.add(garden);
        nameGardens();
    }

    /** The operator changed a garden, perhaps its name. */
    synchronized void updatedGarden(OwnGarden garden) {
        nameGardens();
    }

    synchronized void unbindGarden(OwnGarden garden) {
        gardens.remove(garden);
        nameGardens();
    }

    /** Somebody whose sessions have policies; hears at once that all may be different. */
    void tell(PolicyListener listener) {
        listeners.add(listener);
        listener.changed(Set.of());
    }

    void forget(PolicyListener listener) {
        listeners.remove(listener);
    }

    @Override
    public Policy policyOf(Authorization authorization) {
        PolicyBook now = book;
        Policy named = named(now, authorization);
        Policy rated = rated(named, authorization);
        return authorization
                .reach()
                .map(reach -> rated.withTreatment(reaching(rated.treatment(), reach)))
                .orElse(rated);
    }

    @Override
    public boolean knows(String policy) {
        return book.find(policy).isPresent();
    }

    @Override
    public boolean knowsGarden(String garden) {
        return gardenNames.contains(garden);
    }

    /** All policies as of now. */
    PolicyBook book() {
        return book;
    }

    CounterSet<PolicyCounter> counters() {
        return counters;
    }

    /** What is wrong with the files. */
    synchronized List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        failure.ifPresent(complaints::add);
        if (!knows(defaults.policy())) {
            complaints.add(new SettingsFile(PID) + ": policy = " + defaults.policy()
                    + ", which there is not; subscribers without a policy have no limit.");
        }
        Set<String> names = new HashSet<>();
        for (OwnPolicy policy : own) {
            policy.complaint().ifPresent(complaints::add);
            policy.settings()
                    .filter(settings -> !names.add(settings.name()))
                    .ifPresent(settings -> complaints.add(policy.file() + ": name = " + settings.name()
                            + " is that of another file too, which holds."));
        }
        return complaints;
    }

    private void rewrite() {
        if (stopping.getAsBoolean()) {
            return;
        }
        own.sort(Comparator.comparing(policy -> policy.file().pid()));
        PolicyBook before = book;
        PolicyBook after = PolicyBook.of(
                own.stream().flatMap(policy -> policy.settings().stream()).toList(), defaults);
        book = after;
        unknownNames.removeAll(after.policies().keySet());
        Set<String> changed = before.differing(after);
        boolean all = !before.defaultPolicy().equals(after.defaultPolicy())
                || changed.stream().anyMatch(ingressNames::contains);
        if (all || !changed.isEmpty()) {
            listeners.forEach(listener -> listener.changed(all ? Set.of() : changed));
        }
    }

    private void nameGardens() {
        gardenNames = Set.copyOf(gardens.stream()
                .flatMap(garden -> garden.name().stream())
                .distinct()
                .toList());
        unknownGardens.removeAll(gardenNames);
    }

    /** A policy may be named for the upload alone (ERX has a name for each direction). */
    private Policy named(PolicyBook now, Authorization authorization) {
        Policy both = ofBothDirections(now, authorization);
        if (authorization.uploadPolicy().isEmpty()) {
            return both;
        }
        String name = authorization.uploadPolicy().get();
        if (ingressNames.size() < NAMES_MAX) {
            ingressNames.add(name);
        }
        Optional<Policy> upload = now.find(name);
        if (upload.isEmpty()) {
            counters.count(PolicyCounter.UPLOAD_UNKNOWN);
            warnOnce(name, both.name());
            return both;
        }
        return new Policy(
                authorization.policy().isEmpty() ? BY_RATES : both.name(),
                both.download(),
                upload.get().upload(),
                both.treatment(),
                both.priority());
    }

    private Policy ofBothDirections(PolicyBook now, Authorization authorization) {
        if (authorization.policy().isEmpty()) {
            counters.count(PolicyCounter.DEFAULT);
            return now.defaultPolicy();
        }
        String name = authorization.policy().get();
        Optional<Policy> known = now.find(name);
        if (known.isEmpty()) {
            counters.count(PolicyCounter.UNKNOWN);
            warnOnce(name, now.defaultPolicy().name());
            return now.defaultPolicy();
        }
        counters.count(PolicyCounter.BY_NAME);
        return known.get();
    }

    private Policy rated(Policy named, Authorization authorization) {
        if (authorization.download().isEmpty() && authorization.upload().isEmpty()) {
            return named;
        }
        counters.count(PolicyCounter.VENDOR_RATES);
        return new Policy(
                authorization.policy().isEmpty() ? BY_RATES : named.name(),
                authorization.download().orElse(named.download()),
                authorization.upload().orElse(named.upload()),
                named.treatment(),
                named.priority());
    }

    private Treatment reaching(Treatment treatment, Reach reach) {
        counters.count(PolicyCounter.REACH);
        return switch (reach) {
            case Reach.Open open -> treatment.withAccess(Access.OPEN, 0);
            case Reach.Walled walled -> {
                if (!knowsGarden(walled.garden())) {
                    counters.count(PolicyCounter.GARDEN_UNKNOWN);
                    warnOfGarden(walled.garden());
                }
                yield treatment.withAccess(Access.WALLED, OwnGarden.idOf(walled.garden()));
            }
            default -> treatment.withAccess(Access.BLOCKED, 0);
        };
    }

    private void warnOfGarden(String name) {
        if (unknownGardens.size() < NAMES_MAX && unknownGardens.add(name) && LOG.isWarnEnabled()) {
            LOG.warn(
                    "There is no walled garden {}; sessions that were sent there reach nothing",
                    LineId.printable(Bytes.utf8(name)));
        }
    }

    private void warnOnce(String name, String instead) {
        if (unknownNames.size() < NAMES_MAX && unknownNames.add(name) && LOG.isWarnEnabled()) {
            LOG.warn("There is no policy {}; {} serves instead", LineId.printable(Bytes.utf8(name)), instead);
        }
    }
}
