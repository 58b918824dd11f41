package sluice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The appliance as it is flashed, configured by {@link ApplianceOptions} and looked at from inside. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(AfterTheProfile.class)
public class ApplianceIT {
    private static final long PATIENCE_SECONDS = 60;

    @Inject
    BundleContext context;

    @Inject
    FeaturesService features;

    @Inject
    ServiceComponentRuntime components;

    @Inject
    SessionFactory shell;

    @Before
    public void waitForTheComponents() {
        await("bundles", () -> idleBundles().isEmpty());
        await("components", () -> unsatisfied().isEmpty());
    }

    @Test
    public void exactlyTheFeaturesOfTheProfileAreInstalled() {
        Set<String> installed = installedFeatures();
        assertTrue(installed.toString(), installed.containsAll(profileFeatures()));
        installed.removeIf(name -> name.startsWith("sluice-"));
        assertEquals(Set.of("framework", "exam", "exam-no-junit", "test-dependencies"), installed);
    }

    @Test
    public void everyBundleIsActive() {
        assertEquals(List.of(), idleBundles());
    }

    @Test
    public void everyConfiguredComponentIsSatisfied() {
        assertEquals(Set.of(), unsatisfied());
    }

    @Test
    public void commandsOfTheOperatorAreThere() {
        Set<String> expected = Set.of("session:list", "session:show", "dhcp:leases", "feature:list");
        await("commands", () -> commands().containsAll(expected)); // the shell takes them from bundles in its own time
    }

    @Test
    public void noPlatformServiceListensOrIsReachable() {
        Set<String> names = Arrays.stream(context.getBundles())
                .map(Bundle::getSymbolicName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertFalse(names.toString(), names.stream().anyMatch(name -> name.contains("management")));
        assertFalse(names.toString(), names.stream().anyMatch(name -> name.contains("deployer")));
        assertEquals("-1", context.getProperty("karaf.shutdown.port"));
    }

    @Test
    public void nobodyCanLogInBeforeAKeyIsAdded() throws IOException {
        Path etc = Path.of(context.getProperty("karaf.etc"));
        assertFalse(Files.exists(etc.resolve("users.properties")));
        List<String> entries = Files.readAllLines(etc.resolve("keys.properties")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("_g_"))
                .toList();
        assertEquals(List.of(), entries);
        assertFalse(Files.exists(Path.of(context.getProperty("karaf.base"), "deploy")));
    }

    @Test
    public void bootLeavesNoComplaintInTheLog() throws IOException {
        Path log = Path.of(context.getProperty("karaf.data"), "log/sluice.log");
        assertTrue(Files.exists(log));
        List<String> complaints = Files.readAllLines(log).stream()
                .filter(line -> line.contains(" ERROR ") || line.contains(" WARN "))
                // said rightly: accounting has nowhere to go
                .filter(line -> !line.contains("Accounting (radius) is not delivered"))
                .toList();
        assertEquals(List.of(), complaints);
    }

    private Set<String> commands() {
        return shell.getRegistry().getCommands().stream()
                .map(command -> command.getScope() + ":" + command.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<String> idleBundles() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null)
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .map(Bundle::getSymbolicName)
                .toList();
    }

    private Set<String> installedFeatures() {
        try {
            return Arrays.stream(features.listInstalledFeatures())
                    .map(feature -> feature.getName())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (Exception e) { // as Karaf declares it
            throw new IllegalStateException(e);
        }
    }

    private Set<String> profileFeatures() {
        Path profile = Path.of(context.getProperty("karaf.etc"), "hw-profiles/lab.yaml");
        try (Stream<String> lines = Files.lines(profile)) {
            return lines.map(String::strip)
                    .filter(line -> line.startsWith("- sluice-"))
                    .map(line -> line.substring(2))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Components of ours that were configured and lack a service, or failed. */
    private Set<String> unsatisfied() {
        List<String> names = new ArrayList<>();
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
            if (description.name.startsWith("sluice.")) {
                for (ComponentConfigurationDTO configuration : components.getComponentConfigurationDTOs(description)) {
                    if (configuration.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE
                            || configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                        names.add(description.name);
                    }
                }
            }
        }
        return new TreeSet<>(names);
    }

    private static void await(String what, BooleanSupplier condition) {
        for (long turns = PATIENCE_SECONDS * 20; !condition.getAsBoolean(); turns--) {
            assertTrue("still waiting for: " + what, turns > 0);
            LockSupport.parkNanos(50_000_000);
        }
    }
}
