package sluice.qos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;
import sluice.session.api.Authorization;
import sluice.session.api.Policy;
import sluice.session.api.PolicySource;
import sluice.session.api.Reach;

/** Knows the policies: those built in, and the operator's, which come and go while it runs. */
@Component(
        service = {PolicySource.class, Inspectable.class, PolicyCatalog.class},
        configurationPid = "sluice.qos.default")
@Designate(ocd = PolicyCatalog.Config.class)
public final class PolicyCatalog implements PolicySource, Inspectable {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyCatalog.class);
    private static final int NAMES_MAX = 1000;
    /** Name of a policy that consists of rates of the authorization alone. */
    private static final String BY_RATES = "radius-rates";

    private static final String ERX_INGRESS = "ERX-Ingress-Policy-Name";
    private static final String ERX_EGRESS = "ERX-Egress-Policy-Name";

    private final Map<String, Policy> builtIn = PolicyTable.builtIn();
    private final List<Policy> own = new CopyOnWriteArrayList<>();
    private final Set<String> gardens = ConcurrentHashMap.newKeySet();
    private final String defaultName;
    private final CounterSet<PolicyCounter> counters = new CounterSet<>(PolicyCounter.class);
    private final Set<String> unknownNames = ConcurrentHashMap.newKeySet();

    /** The key of {@code sluice.qos.default.cfg}. */
    @ObjectClassDefinition(name = "Default policy")
    @interface Config {
        @AttributeDefinition(description = "Policy of subscribers for whom no known policy is named")
        String policy() default "unlimited";
    }

    /** A catalog whose default is the policy of this name. */
    @Activate
    public PolicyCatalog(Config config) {
        this(config.policy());
    }

    PolicyCatalog(String defaultName) {
        this.defaultName = defaultName;
    }

    /** The operator made a policy. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindPolicy(OwnPolicy policy) {
        own.add(policy.policy());
        unknownNames.remove(policy.policy().name());
    }

    /** The operator took a policy away; sessions that have it keep it. */
    void unbindPolicy(OwnPolicy policy) {
        own.remove(policy.policy());
    }

    /** The operator made a walled garden. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindGarden(OwnGarden garden) {
        gardens.add(garden.name());
    }

    void unbindGarden(OwnGarden garden) {
        gardens.remove(garden.name());
    }

    @Override
    public boolean knows(String policy) {
        return find(policy).isPresent();
    }

    @Override
    public boolean knowsGarden(String garden) {
        return gardens.contains(garden);
    }

    @Override
    public Policy policyOf(Authorization authorization) {
        Policy rated = rated(authorization);
        return authorization
                .reach()
                .map(reach ->
                        new Policy(rated.name(), rated.download(), rated.upload(), reaching(rated.treatment(), reach)))
                .orElse(rated);
    }

    private static Treatment reaching(Treatment treatment, Reach reach) {
        return switch (reach) {
            case Reach.Open open -> treatment.withAccess(Treatment.Access.OPEN, 0);
            case Reach.Walled walled -> treatment.withAccess(Treatment.Access.WALLED, OwnGarden.idOf(walled.garden()));
            default -> treatment.withAccess(Treatment.Access.BLOCKED, 0);
        };
    }

    private Policy rated(Authorization authorization) {
        Policy named = named(authorization);
        if (authorization.download().isEmpty() && authorization.upload().isEmpty()) {
            return named;
        }
        counters.count(PolicyCounter.VENDOR_RATES);
        return new Policy(
                authorization.policy().isEmpty() ? BY_RATES : named.name(),
                authorization.download().orElse(named.download()),
                authorization.upload().orElse(named.upload()),
                named.treatment());
    }

    private Policy named(Authorization authorization) {
        if (authorization.policy().isEmpty()) {
            counters.count(PolicyCounter.DEFAULT);
            return defaultPolicy();
        }
        String name = authorization.policy().get();
        Optional<Policy> known = find(name);
        if (known.isEmpty()) {
            counters.count(PolicyCounter.UNKNOWN);
            warnOnce(name);
            return defaultPolicy();
        }
        counters.count(PolicyCounter.BY_NAME);
        Policy policy = known.get();
        return ingress(authorization, name)
                .map(ingress -> new Policy(policy.name(), policy.download(), ingress.upload(), policy.treatment()))
                .orElse(policy);
    }

    /** ERX names a policy for each direction; the one of the other direction was taken for the name. */
    private Optional<Policy> ingress(Authorization authorization, String egress) {
        Map<String, List<String>> other = authorization.other();
        if (!other.getOrDefault(ERX_EGRESS, List.of()).contains(egress)) {
            return Optional.empty();
        }
        return other.getOrDefault(ERX_INGRESS, List.of()).stream().findFirst().flatMap(this::find);
    }

    /** The operator's policy of that name goes before the one built in. */
    private Optional<Policy> find(String name) {
        return own.stream()
                .filter(policy -> policy.name().equals(name))
                .findFirst()
                .or(() -> Optional.ofNullable(builtIn.get(name)));
    }

    private Policy defaultPolicy() {
        Optional<Policy> policy = find(defaultName);
        if (policy.isEmpty()) {
            warnOnce(defaultName);
        }
        return policy.orElse(Policy.UNLIMITED);
    }

    private void warnOnce(String name) {
        if (unknownNames.size() < NAMES_MAX && unknownNames.add(name) && LOG.isWarnEnabled()) {
            LOG.warn("There is no policy {}; {} serves instead", LineId.printable(Bytes.utf8(name)), defaultName);
        }
    }

    CounterSet<PolicyCounter> counters() {
        return counters;
    }

    @Override
    public String name() {
        return "qos:policies";
    }

    @Override
    public String description() {
        return "Policies and their rates; own ones go before those built in";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        for (Policy policy : own) {
            rows.add(row(policy, "own"));
        }
        for (Policy policy : builtIn.values()) {
            if (own.stream().noneMatch(replacing -> replacing.name().equals(policy.name()))) {
                rows.add(row(policy, "built in"));
            }
        }
        return new Table(
                List.of(
                        "Name",
                        "Download kbit/s",
                        "Burst kB",
                        "Upload kbit/s",
                        "Burst kB",
                        "Access",
                        "Origin",
                        "Default"),
                rows);
    }

    private List<String> row(Policy policy, String origin) {
        return List.of(
                policy.name(),
                rate(policy.download()),
                burst(policy.download()),
                rate(policy.upload()),
                burst(policy.upload()),
                policy.treatment().access().name().toLowerCase(Locale.ROOT),
                origin,
                policy.name().equals(defaultName) ? "yes" : "");
    }

    private static String rate(Policer policer) {
        return policer.isUnlimited() ? "unlimited" : Long.toString(policer.bitsPerSecond() / 1000);
    }

    private static String burst(Policer policer) {
        return policer.isUnlimited() ? "" : Long.toString(policer.burstBytes() / 1000);
    }
}
