package sluice.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code CONFIGURATION.md} says exactly what the bundles say. */
final class ConfigurationTest {

    /** What stands behind this line is made of the bundles. */
    private static final String MADE = "<!-- From here on made of the bundles: see ConfigurationTest. -->\n";

    private static final Path DOCUMENT = Path.of("CONFIGURATION.md");

    private List<SettingsFile> files = List.of();

    @BeforeEach
    void readTheBundles() throws Exception {
        files = new Metatype().readAll(System.getProperty("java.class.path"));
        assertThat(files).as("bundles with settings on the class path").isNotEmpty();
    }

    @Test
    void theDocumentSaysWhatTheBundlesSay() throws Exception {
        String document = Files.readString(DOCUMENT);
        assertThat(document).contains(MADE);
        String truth = document.substring(0, document.indexOf(MADE) + MADE.length()) + render(files);
        Path target = Files.createDirectories(Path.of("target")).resolve(DOCUMENT);
        Files.writeString(target, truth);
        assertThat(document)
                .as("docs/%s is not true any more; docs/%s is, copy it", DOCUMENT, target)
                .isEqualTo(truth);
    }

    /** A single underscore in the name of a method of a component property type becomes a dot in the file. */
    @Test
    void keysAreWordsJoinedByUnderscores() {
        for (SettingsFile file : files) {
            assertThat(file.settings())
                    .extracting(Setting::key)
                    .as(file.file())
                    .allMatch(key -> key.matches("[a-z0-9_]+"));
        }
    }

    @Test
    void everySettingSaysWhatItIs() {
        for (SettingsFile file : files) {
            assertThat(file.settings())
                    .as(file.file())
                    .noneMatch(setting -> setting.description().isBlank());
        }
    }

    private static String render(List<SettingsFile> files) {
        StringBuilder text = new StringBuilder();
        for (SettingsFile file : files) {
            text.append("\n## ").append(file.file()).append("\n\n").append(file.name());
            if (!file.description().isEmpty()) {
                text.append(": ").append(file.description());
            }
            text.append(".\n\n| key | default | |\n|---|---|---|\n");
            for (Setting setting : file.settings()) {
                text.append("| `")
                        .append(setting.key())
                        .append("` | ")
                        .append(preset(setting))
                        .append(" | ");
                text.append(cell(setting.description())).append(bounds(setting)).append(" |\n");
            }
        }
        return text.toString();
    }

    private static String preset(Setting setting) {
        return setting.preset()
                .map(preset -> preset.isEmpty() ? "" : "`" + cell(unescaped(preset)) + "`")
                .orElse(setting.required() ? "**needed**" : "");
    }

    /** As an operator writes it; the metatype has a backslash before what separates values there. */
    private static String unescaped(String preset) {
        return preset.replaceAll("\\\\(.)", "$1");
    }

    private static String bounds(Setting setting) {
        if (!setting.choices().isEmpty()) {
            return ". One of `" + String.join("`, `", setting.choices()) + "`";
        }
        String least = setting.least().isEmpty() ? "" : ", at least " + setting.least();
        return least + (setting.most().isEmpty() ? "" : ", at most " + setting.most());
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
