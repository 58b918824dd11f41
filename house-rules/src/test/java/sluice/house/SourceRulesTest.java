package sluice.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rules that the class files do not show. */
class SourceRulesTest {
    /** Past this a class hides a second noun. Imports and blank lines do not count. */
    private static final int LINES_MAX = 400;

    private static final Pattern REPOSITORY =
            Pattern.compile("<(repositories|pluginRepositories|distributionManagement)>");

    @Test
    void everyPackageOfABundleSaysWhatItIsAndThatNothingIsNull() throws IOException {
        List<Path> sources = mainSources();
        for (Path folder : sources.stream().map(Path::getParent).distinct().toList()) {
            assertThat(folder.resolve("package-info.java"))
                    .content()
                    .contains("@NullMarked")
                    .startsWith("/**");
        }
    }

    @Test
    void everyBundleIsOneFlatPackage() throws IOException {
        for (Path bundle : Repository.bundles()) {
            assertThat(mainSources().stream()
                            .filter(source -> source.startsWith(bundle))
                            .map(Path::getParent)
                            .distinct())
                    .as("packages of %s", bundle)
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void noClassIsLong() throws IOException {
        for (Path source : mainSources()) {
            assertThat(Files.readAllLines(source).stream()
                            .filter(line -> !line.isBlank() && !line.startsWith("import "))
                            .count())
                    .as("lines of %s", source)
                    .isLessThanOrEqualTo(LINES_MAX);
        }
    }

    @Test
    void noTestSleepsOrIsDisabled() throws IOException {
        for (Path source : Repository.sources()) {
            if (source.toString().contains("/src/test/") && !source.endsWith("SourceRulesTest.java")) {
                assertThat(source)
                        .content()
                        .doesNotContain(
                                "Thread.sleep(", "@Disabled", "@Ignore", "org.mockito", "TimeUnit.SECONDS.sleep");
            }
        }
    }

    @Test
    void aBundleNamesOnlyDependencies() throws IOException {
        for (Path bundle : Repository.bundles()) {
            assertThat(Files.readAllLines(bundle.resolve("pom.xml")))
                    .as("%s", bundle)
                    .hasSizeLessThan(36);
        }
    }

    @Test
    void everyBundleExplainsItselfBriefly() throws IOException {
        for (Path bundle : Repository.bundles()) {
            assertThat(Files.readAllLines(bundle.resolve("README.md")))
                    .as("%s", bundle)
                    .hasSizeLessThan(40);
        }
    }

    @Test
    void noFileNamesARepository() throws IOException {
        List<Path> poms = Repository.poms();
        assertThat(poms).hasSizeGreaterThan(10);
        for (Path pom : poms) {
            assertThat(pom).content().doesNotContainPattern(REPOSITORY);
        }
    }

    private static List<Path> mainSources() throws IOException {
        List<Path> sources = Repository.sources().stream()
                .filter(source -> source.toString().contains("/bundles/")
                        && source.toString().contains("/src/main/"))
                .toList();
        assertThat(sources).hasSizeGreaterThan(100);
        return sources;
    }
}
