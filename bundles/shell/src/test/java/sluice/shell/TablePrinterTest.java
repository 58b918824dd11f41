package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sluice.platform.api.Table;

final class TablePrinterTest {

    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

    @Test
    void rowsStandUnderTheirHeadingsAndNumbersToTheRight() {
        printer(0)
                .print(
                        new Table(List.of("Pool", "Used"), List.of(List.of("a", "7"), List.of("longer", "1023"))),
                        "pools",
                        0);

        assertThat(lines())
                .containsExactly("Pool   | Used", "-------+-----", "a      |    7", "longer | 1023", "2 pools");
    }

    @Test
    void addressesStandToTheLeftAndAbsentNumbersDoNotMatter() {
        Table table =
                new Table(List.of("Address", "p50 ms"), List.of(List.of("10.64.0.1", "1.5"), List.of("9.9.9.9", "")));
        printer(0).print(table, "rows", 0);

        assertThat(lines().subList(2, 4)).containsExactly("10.64.0.1 |    1.5", "9.9.9.9   |");
    }

    @Test
    void oneRowIsNotAPlural() {
        printer(0).print(new Table(List.of("Pool"), List.of(List.of("a"))), "pools", 0);

        assertThat(lines().getLast()).isEqualTo("1 pool");
    }

    @Test
    void nothingIsSaidInOneLine() {
        printer(0).print(new Table(List.of("Pool"), List.of()), "pools", 0);

        assertThat(lines()).containsExactly("0 pools");
    }

    @Test
    void rowsBehindTheLimitAreCountedAndSaid() {
        printer(0).print(numbers(250), "rows", 100);

        assertThat(lines()).hasSize(103).last().isEqualTo("100 of 250 rows (--limit 0 shows all)");
    }

    @Test
    void theWidestColumnIsCutUntilTheTableFits() {
        String name = "n".repeat(70);
        printer(60).print(new Table(List.of("Id", "Name"), List.of(List.of("0123456789abcdef", name))), "rows", 0);

        assertThat(lines().get(2))
                .hasSize(60)
                .startsWith("0123456789abcdef | nnn")
                .endsWith("nn..");
    }

    @Test
    void idsAndAddressesAreNeverCut() {
        List<String> row = List.of("0123456789abcdef", "02:00:00:00:00:01", "255.255.255.255");
        printer(10).print(new Table(List.of("Id", "MAC", "Address"), List.of(row)), "rows", 0);

        assertThat(lines().get(2)).contains(row);
    }

    @Test
    void nothingIsCutWithoutATerminal() {
        String name = "n".repeat(500);
        printer(0).print(new Table(List.of("Name"), List.of(List.of(name))), "rows", 0);

        assertThat(lines()).contains(name);
    }

    @Test
    void aSubscriberCannotWriteToTheTerminal() {
        printer(0).print(new Table(List.of("User"), List.of(List.of("\u001b]0;owned\u0007\n\u202ex"))), "rows", 0);

        assertThat(lines().get(2)).isEqualTo("\\x1b]0;owned\\x07\\x0a\\u202ex");
    }

    @Test
    void jsonHasNamesFromHeadingsAndTheWholeCount() {
        Table table = new Table(
                List.of("Lease ends", "Option 82 (hex)"), List.of(List.of("never", "\"x\\"), List.of("now", "")));
        printer(0).printJson(table, 1);

        assertThat(lines())
                .containsExactly("{\"data\":[{\"lease_ends\":\"never\",\"option_82_hex\":\"\\\"x\\\\\"}],\"count\":2}");
    }

    private TablePrinter printer(int width) {
        return new TablePrinter(new PrintStream(captured, true, StandardCharsets.UTF_8), width);
    }

    private List<String> lines() {
        return captured.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static Table numbers(int count) {
        return new Table(
                List.of("Number"),
                IntStream.range(0, count)
                        .mapToObj(i -> List.of(Integer.toString(i)))
                        .toList());
    }
}
