package sluice.hardware;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs the features of a profile through Karaf, and remembers which ones.
 *
 * <p>Blocks until Karaf has resolved and started them, so it has a thread of its own: Karaf may just be starting the
 * bundle that calls.
 *
 * <p>Karaf replaces its features service when the configuration of that arrives late in a boot, and what the old one
 * was doing goes on for a moment: whoever comes second is refused ("The origin update count has changed"). So a refusal
 * is final only when it stays.
 */
final class FeatureLoader {
    private static final Logger LOG = LoggerFactory.getLogger(FeatureLoader.class);
    private static final EnumSet<FeaturesService.Option> OPTIONS =
            EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles);

    static final int ATTEMPTS = 5;

    private final FeaturesService service;
    private final Path memory;
    private final Pause pause;

    /** Time that passes between two attempts. */
    interface Pause {
        void await() throws InterruptedException;
    }

    /** @param memory file with the features of the profile that was loaded last, one a line */
    FeatureLoader(FeaturesService service, Path memory, Pause pause) {
        this.service = service;
        this.memory = memory;
        this.pause = pause;
    }

    /**
     * Makes the appliance run exactly the features of the profile, beside what it boots with.
     *
     * @throws UnfitHardware when the appliance does not have one of them, or Karaf refuses
     * @throws InterruptedException when the gateway is stopped meanwhile
     */
    void load(Profile profile) throws UnfitHardware, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                FeaturePlan plan = FeaturePlan.of(profile.features(), installed(), broughtBefore());
                if (!plan.isEmpty()) {
                    apply(profile, plan);
                    Files.write(memory, profile.features());
                }
                LOG.info("Profile {} is loaded", profile.name());
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) { // Karaf declares no other
                refused(profile, attempt, e);
            }
        }
    }

    private void refused(Profile profile, int attempt, Exception refusal) throws UnfitHardware, InterruptedException {
        String reason = refusal instanceof UnfitHardware
                ? String.valueOf(refusal.getMessage())
                : "The features of hardware profile " + profile.name() + " cannot be installed: "
                        + String.valueOf(refusal.getMessage())
                                .replaceAll("\\s+", " ")
                                .strip();
        if (attempt == ATTEMPTS) {
            throw new UnfitHardware(reason);
        }
        LOG.warn("{}. Attempt {} of {}", reason, attempt, ATTEMPTS);
        pause.await();
    }

    private void apply(Profile profile, FeaturePlan plan) throws Exception {
        for (String name : plan.install()) {
            if (service.getFeature(name) == null) {
                throw new UnfitHardware("Hardware profile " + profile.name() + " names the feature " + name
                        + ", which the appliance lacks");
            }
        }
        if (!plan.uninstall().isEmpty()) {
            LOG.info("Profile {}: uninstalling {}", profile.name(), plan.uninstall());
            service.uninstallFeatures(plan.uninstall(), OPTIONS);
        }
        if (!plan.install().isEmpty()) {
            LOG.info("Profile {}: installing {}", profile.name(), plan.install());
            service.installFeatures(plan.install(), OPTIONS);
        }
    }

    private Set<String> installed() throws Exception {
        return Set.copyOf(Arrays.stream(service.listInstalledFeatures())
                .map(Feature::getName)
                .toList());
    }

    private List<String> broughtBefore() throws IOException {
        return Files.exists(memory) ? Files.readAllLines(memory) : List.of();
    }
}
