package sluice.hardware;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What is left to do so that exactly the features of a profile are installed. On a boot after the first one that is
 * nothing.
 *
 * @param install features of the profile that are not there
 * @param uninstall features that an earlier profile brought and this one does not want
 */
record FeaturePlan(Set<String> install, Set<String> uninstall) {

    FeaturePlan {
        install = Set.copyOf(install);
        uninstall = Set.copyOf(uninstall);
    }

    /**
     * Compares.
     *
     * @param wanted by the profile
     * @param installed on the appliance, by whomever
     * @param broughtBefore by an earlier profile; what an operator installed is not touched
     */
    static FeaturePlan of(Collection<String> wanted, Collection<String> installed, Collection<String> broughtBefore) {
        Set<String> install = new LinkedHashSet<>(wanted);
        install.removeAll(installed);
        Set<String> uninstall = new LinkedHashSet<>(broughtBefore);
        uninstall.retainAll(installed);
        uninstall.removeAll(wanted);
        return new FeaturePlan(install, uninstall);
    }

    boolean isEmpty() {
        return install.isEmpty() && uninstall.isEmpty();
    }
}
