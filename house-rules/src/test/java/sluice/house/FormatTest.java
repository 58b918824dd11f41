package sluice.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every source looks as the formatter would write it. {@code mvn -q -pl house-rules test -Dformat=write} writes it so.
 */
class FormatTest {
    private static final boolean WRITE = "write".equals(System.getProperty("sluice.format"));

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(true)
            .build());

    @Test
    void sourcesAreFormatted() throws Exception {
        List<Path> sources = Repository.sources();
        assertThat(sources).hasSizeGreaterThan(100);
        List<Path> unlike = new ArrayList<>();
        for (Path source : sources) {
            if (!isFormatted(source)) {
                unlike.add(source);
            }
        }
        assertThat(unlike)
                .as("not formatted; do: mvn -q -pl house-rules test -Dformat=write")
                .isEmpty();
    }

    private boolean isFormatted(Path source) throws IOException, FormatterException {
        String text = Files.readString(source);
        String formatted = formatter.formatSourceAndFixImports(text);
        if (WRITE && !formatted.equals(text)) {
            Files.writeString(source, formatted);
            return true;
        }
        return formatted.equals(text);
    }
}
