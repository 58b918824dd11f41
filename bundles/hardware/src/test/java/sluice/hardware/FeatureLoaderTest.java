package sluice.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FeatureLoaderTest {

    @TempDir
    private Path directory;

    private final List<Set<?>> installed = new ArrayList<>();
    private int pauses;
    private int refusals;

    /** Karaf, as far as it is asked; refuses so often. */
    private FeaturesService karaf() {
        return (FeaturesService) Proxy.newProxyInstance(
                FeaturesService.class.getClassLoader(),
                new Class<?>[] {FeaturesService.class},
                (proxy, method, with) -> switch (method.getName()) {
                    case "listInstalledFeatures" -> new Feature[0];
                    case "getFeature" ->
                        Proxy.newProxyInstance(
                                Feature.class.getClassLoader(), new Class<?>[] {Feature.class}, (a, b, c) -> null);
                    case "installFeatures" -> install((Set<?>) with[0]);
                    default -> throw new AssertionError(method.getName());
                });
    }

    private @Nullable Object install(Set<?> features) {
        if (refusals-- > 0) {
            throw new IllegalStateException("The origin update count\nhas changed");
        }
        installed.add(features);
        return null;
    }

    private FeatureLoader loader() {
        return new FeatureLoader(karaf(), directory.resolve("features"), () -> pauses++);
    }

    private static Profile profile() {
        return new Profile("lab", List.of(), List.of("trunk0"), List.of("core0"), 1, List.of("sluice-dhcp"));
    }

    @Test
    void whatKarafRefusesForAMomentIsInstalledAfterIt() throws Exception {
        refusals = FeatureLoader.ATTEMPTS - 1;
        loader().load(profile());
        assertThat(installed).containsExactly(Set.of("sluice-dhcp"));
        assertThat(pauses).isEqualTo(FeatureLoader.ATTEMPTS - 1);
        assertThat(directory.resolve("features")).hasContent("sluice-dhcp");
    }

    @Test
    void whatKarafGoesOnRefusingIsToldInOneLine() {
        refusals = FeatureLoader.ATTEMPTS;
        assertThatThrownBy(() -> loader().load(profile()))
                .isInstanceOf(UnfitHardware.class)
                .hasMessage("The features of hardware profile lab cannot be installed: The origin update count has"
                        + " changed");
        assertThat(installed).isEmpty();
        assertThat(directory.resolve("features")).doesNotExist();
    }
}
