package sluice.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * Every source looks as the formatter would write it. {@code mvn -q -pl house-rules test -Dformat=write} writes it so.
 */
class FormatTest {
    private static final boolean WRITE = "write".equals(System.getProperty("sluice.format"));

    /**
     * Digests of texts that are known to be formatted, one a line: to look at only what changed since the last build.
     */
    private static final Path KNOWN = Path.of("target/formatted");

    private final Set<String> digested = ConcurrentHashMap.newKeySet();
    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(true)
            .build());

    @Test
    void sourcesAreFormatted() throws IOException {
        List<Path> sources = Repository.sources();
        assertThat(sources).hasSizeGreaterThan(100);
        Set<String> known = Files.exists(KNOWN) ? Set.copyOf(Files.readAllLines(KNOWN)) : Set.of();
        List<Path> unlike = sources.parallelStream()
                .filter(source -> !isFormatted(source, known))
                .sorted()
                .toList();
        assertThat(unlike)
                .as("not formatted; do: mvn -q -pl house-rules test -Dformat=write")
                .isEmpty();
        Files.write(KNOWN, digested);
    }

    private boolean isFormatted(Path source, Set<String> known) {
        try {
            String text = Files.readString(source);
            String digest = digest(text);
            if (known.contains(digest)) {
                digested.add(digest);
                return true;
            }
            String formatted = formatter.formatSourceAndFixImports(text);
            if (WRITE) {
                Files.writeString(source, formatted);
            }
            digested.add(digest(formatted));
            return WRITE || formatted.equals(text);
        } catch (IOException | FormatterException e) {
            throw new IllegalStateException(source + " cannot be formatted", e);
        }
    }

    private static String digest(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
