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

/** {@code OPERATIONS.md} says for every ERROR message what a person must do. */
final class OperationsTest {

    /** A call with its first argument, a text in one or more pieces. */
    private static final Pattern CALL =
            Pattern.compile("LOG\\s*\\.error\\(\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"\\s*\\+?\\s*)+)");

    private static final Pattern PIECE = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** A row of the table of messages. */
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| \\S.*\\|$", Pattern.MULTILINE);

    @Test
    void everyErrorSaysWhatToDo() throws IOException {
        List<String> rows = rows();
        List<String> messages = messages();
        assertThat(messages).isNotEmpty();
        assertThat(messages)
                .filteredOn(message -> rows.stream().noneMatch(message::startsWith))
                .as("ERROR messages without a row in docs/OPERATIONS.md")
                .isEmpty();
    }

    @Test
    void everyRowIsAMessageThatThereIs() throws IOException {
        List<String> messages = messages();
        assertThat(rows()).isNotEmpty();
        assertThat(rows())
                .filteredOn(row -> messages.stream().noneMatch(message -> message.startsWith(row)))
                .as("rows of docs/OPERATIONS.md that no bundle says any more")
                .isEmpty();
    }

    private static List<String> rows() throws IOException {
        String document = Files.readString(Path.of("OPERATIONS.md"));
        String table = document.substring(document.indexOf("## Messages that need a person"));
        return ROW.matcher(table).results().map(row -> row.group(1)).toList();
    }

    private static List<String> messages() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("../bundles"))) {
            return files.filter(file -> file.toString().contains("/src/main/java/"))
                    .filter(file -> file.toString().endsWith(".java"))
                    .flatMap(OperationsTest::messages)
                    .distinct()
                    .toList();
        }
    }

    private static Stream<String> messages(Path file) {
        try {
            return CALL.matcher(Files.readString(file)).results().map(OperationsTest::text).toList().stream();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(MatchResult call) {
        return PIECE.matcher(call.group(1))
                .results()
                .map(piece -> piece.group(1))
                .collect(Collectors.joining())
                .replace("{}", "…");
    }
}
