package sluice.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code METRICS.md} says exactly what the bundles say; a lab test compares it with what is served. */
final class MetricsTest {

    /** What stands behind this line is made of the bundles. */
    private static final String MADE = "<!-- From here on made of the bundles: see MetricsTest. -->\n";

    private static final Path DOCUMENT = Path.of("METRICS.md");

    private static final Pattern TEXT = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** A family: name, meaning in one or more pieces, labels. */
    private static final Pattern FAMILY =
            Pattern.compile("MetricFamily\\s*\\.(counter|gauge|histogram)\\(\\s*\"(\\w+)\",\\s*"
                    + "((?:\"(?:[^\"\\\\]|\\\\.)*\"\\s*\\+?\\s*)+)((?:,\\s*\"\\w+\"\\s*)*)\\)");

    private static final Pattern ANY = Pattern.compile("MetricFamily\\s*\\.(counter|gauge|histogram)\\(");

    @Test
    void theDocumentSaysWhatTheBundlesSay() throws IOException {
        String sources = sources();
        List<String> rows = FAMILY.matcher(sources)
                .results()
                .map(MetricsTest::row)
                .distinct()
                .sorted()
                .toList();
        assertThat(rows).hasSize((int) ANY.matcher(sources).results().count()).isNotEmpty();
        String document = Files.readString(DOCUMENT);
        assertThat(document).contains(MADE);
        String truth = document.substring(0, document.indexOf(MADE) + MADE.length())
                + "\n| name | type | labels | |\n|---|---|---|---|\n" + String.join("", rows);
        Path target = Files.createDirectories(Path.of("target")).resolve(DOCUMENT);
        Files.writeString(target, truth);
        assertThat(document)
                .as("docs/%s is not true any more; docs/%s is, copy it", DOCUMENT, target)
                .isEqualTo(truth);
    }

    private static String row(MatchResult family) {
        String labels = TEXT.matcher(family.group(4))
                .results()
                .map(label -> "`" + label.group(1) + "`")
                .collect(Collectors.joining(", "));
        String help = TEXT.matcher(family.group(3))
                .results()
                .map(piece -> piece.group(1))
                .collect(Collectors.joining());
        return "| `" + family.group(2) + "` | " + family.group(1) + " | " + labels + " | " + help + " |\n";
    }

    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("../bundles"))) {
            for (Path file : files.filter(path -> path.toString().contains("/src/main/java/"))
                    .filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !path.toString().contains("platform-api"))
                    .sorted()
                    .toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }
}
