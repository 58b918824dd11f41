package sluice.testkit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.session.api.Authorization;
import sluice.session.api.Policy;
import sluice.session.api.PolicySource;
import sluice.session.api.Reach;

/** Policies of a test. A name that is not among them makes an unlimited policy of that name. Of one thread. */
public final class FakePolicies implements PolicySource {

    /** What the test knows; others are served and not known. */
    public final Map<String, Policy> policies = new HashMap<>();

    /** Names of the walled gardens there are; their numbers are those of {@link #gardenId}. */
    public final Set<String> gardens = new HashSet<>();

    @Override
    public Policy policyOf(Authorization authorization) {
        Policy named = authorization
                .policy()
                .map(name -> policies.getOrDefault(
                        name, new Policy(name, Policy.UNLIMITED.download(), Policy.UNLIMITED.upload())))
                .orElse(Policy.UNLIMITED);
        Policer upload = authorization
                .uploadPolicy()
                .map(policies::get)
                .map(Policy::upload)
                .orElse(named.upload());
        Treatment treatment = named.treatment();
        return named.withRates(
                        authorization.download().orElse(named.download()),
                        authorization.upload().orElse(upload))
                .withTreatment(authorization
                        .reach()
                        .map(reach -> reaching(treatment, reach))
                        .orElse(treatment));
    }

    @Override
    public boolean knows(String policy) {
        return policies.containsKey(policy);
    }

    @Override
    public boolean knowsGarden(String garden) {
        return gardens.contains(garden);
    }

    /** The number of a garden in the data plane. */
    public static int gardenId(String name) {
        return 1 + Math.floorMod(name.hashCode(), 1_000);
    }

    private static Treatment reaching(Treatment treatment, Reach reach) {
        return switch (reach) {
            case Reach.Open open -> treatment.withAccess(Treatment.Access.OPEN, 0);
            case Reach.Walled walled -> treatment.withAccess(Treatment.Access.WALLED, gardenId(walled.garden()));
            default -> treatment.withAccess(Treatment.Access.BLOCKED, 0);
        };
    }
}
