package sluice.qos;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sluice.session.api.Policy;

/**
 * All policies as they are at one moment.
 *
 * @param policies by name, the operator's first; one of his goes before the built-in one of its name
 * @param own names of the operator's
 * @param gardens names of the walled gardens that policies name, by number
 */
record PolicyBook(
        Map<String, Policy> policies, Set<String> own, Map<Integer, String> gardens, PolicyDefaults defaults) {

    /** Of two of the operator's with one name the first holds. */
    static PolicyBook of(List<PolicySettings> own, PolicyDefaults defaults) {
        Map<String, Policy> policies = new LinkedHashMap<>();
        Map<Integer, String> gardens = new HashMap<>();
        for (PolicySettings settings : own) {
            policies.putIfAbsent(settings.name(), settings.policy(defaults));
            gardens.put(OwnGarden.idOf(settings.garden()), settings.garden());
        }
        Set<String> names = Set.copyOf(policies.keySet());
        PolicyTable.builtIn()
                .values()
                .forEach(policy -> policies.putIfAbsent(policy.name(), withDefaults(policy, defaults)));
        return new PolicyBook(Collections.unmodifiableMap(policies), names, Map.copyOf(gardens), defaults);
    }

    Optional<Policy> find(String name) {
        return Optional.ofNullable(policies.get(name));
    }

    /** Serves where no known policy is named; without a limit if it is not known itself. */
    Policy defaultPolicy() {
        return find(defaults.policy()).orElseGet(() -> withDefaults(Policy.UNLIMITED, defaults));
    }

    /** Names of the policies that are not the same in the other book. */
    Set<String> differing(PolicyBook other) {
        Set<String> names = new HashSet<>(policies.keySet());
        names.addAll(other.policies.keySet());
        names.removeIf(name -> find(name).equals(other.find(name)));
        return names;
    }

    private static Policy withDefaults(Policy policy, PolicyDefaults defaults) {
        return policy.withTreatment(defaults.sized(policy.treatment().withIdentity(defaults.identity()), 0, 0));
    }
}
