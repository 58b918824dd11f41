package sluice.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.TestProbeBuilder;
import org.ops4j.pax.exam.spi.StagedExamReactor;
import org.ops4j.pax.exam.spi.StagedExamReactorFactory;
import org.ops4j.pax.exam.spi.reactors.EagerSingleStagedReactor;

/**
 * One appliance for all tests of a class, which gets the bundle with the tests when it has said that its profile is
 * loaded.
 *
 * <p>A bundle that is installed by others while Karaf provisions features can miss its place in Karaf's regions, and
 * then sees no package of anybody. Pax Exam would install its own as soon as the framework answers.
 */
public final class AfterTheProfile implements StagedExamReactorFactory {
    static final Path APPLIANCES = Path.of("target/exam");

    private static final String LOADED = "Profile lab is loaded";
    private static final long PATIENCE_SECONDS = 120;

    /** For Pax Exam. */
    public AfterTheProfile() {}

    @Override
    public StagedExamReactor create(List<TestContainer> containers, List<TestProbeBuilder> probes) {
        return new EagerSingleStagedReactor(
                containers.stream().map(AfterTheProfile::patient).toList(), probes);
    }

    private static TestContainer patient(TestContainer container) {
        return (TestContainer) Proxy.newProxyInstance(
                TestContainer.class.getClassLoader(),
                new Class<?>[] {TestContainer.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("installProbe")) {
                        waitForTheProfile();
                        return container.installProbe((InputStream) arguments[0]);
                    }
                    try {
                        return method.invoke(container, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void waitForTheProfile() {
        for (long turns = PATIENCE_SECONDS * 20; !isLoaded(); turns--) {
            if (turns == 0) {
                throw new IllegalStateException("The log of the appliance lacks \"" + LOADED + "\"");
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static boolean isLoaded() {
        try {
            Optional<Path> log = newestAppliance().map(home -> home.resolve("data/log/sluice.log"));
            return log.isPresent()
                    && Files.exists(log.get())
                    && Files.readString(log.get()).contains(LOADED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> newestAppliance() throws IOException {
        try (Stream<Path> homes = Files.list(APPLIANCES)) {
            return homes.max(Comparator.comparingLong(home -> home.toFile().lastModified()));
        }
    }
}
