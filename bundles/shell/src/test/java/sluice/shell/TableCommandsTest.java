package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;

final class TableCommandsTest {

    private final FakeShell shell = new FakeShell(TableNames.class, TableList.class, TableShow.class);
    private final FakeTable leases = FakeTable.of("dhcp:leases", "10.64.0.1", "10.64.0.2");

    @Test
    void everyTableIsACommandForAsLongAsItsBundleIsThere() throws Exception {
        shell.offer(leases);
        assertThat(shell.run("dhcp:leases")).contains("10.64.0.1", "10.64.0.2").endsWith("2 rows\n");

        shell.withdraw(leases);
        assertThat(shell.registry.getCommands())
                .noneMatch(command -> command.getScope().equals("dhcp"));
    }

    @Test
    void aReplacedBundleKeepsTheCommandAndTheNewTableIsShown() throws Exception {
        FakeTable replacement = FakeTable.of("dhcp:leases", "10.64.0.3");
        shell.offer(leases);
        shell.offer(replacement);
        assertThat(shell.run("dhcp:leases")).contains("10.64.0.3").doesNotContain("10.64.0.1");

        shell.withdraw(leases);
        assertThat(shell.run("dhcp:leases")).contains("10.64.0.3");
    }

    @Test
    void aTableWithoutAScopeGetsNoCommandAndHurtsNobody() {
        shell.offer(FakeTable.of("leases"));
        shell.offer(FakeTable.of("dhcp:"));

        assertThat(shell.registry.getCommands()).hasSize(2);
    }

    @Test
    void tableCommandsTakeTheOptionsOfTheOthers() throws Exception {
        shell.offer(leases);

        assertThat(shell.run("dhcp:leases --json --limit 1"))
                .isEqualTo("{\"data\":[{\"name\":\"10.64.0.1\",\"value\":\"1\"}],\"count\":2}\n");
        assertThat(shell.run("dhcp:leases --limit=1")).endsWith("1 of 2 rows (--limit 0 shows all)\n");
        assertThat(shell.run("dhcp:leases --help")).contains("Rows of dhcp:leases", "--json");
    }

    @Test
    void anUnknownOptionIsRefusedWithASentence() {
        shell.offer(leases);

        assertThatThrownBy(() -> shell.run("dhcp:leases --all"))
                .isInstanceOf(CommandException.class)
                .hasMessage("Unknown option --all. dhcp:leases --help shows what there is.");
        assertThatThrownBy(() -> shell.run("dhcp:leases --limit many"))
                .hasMessageStartingWith("--limit is \"many\", expected a number of rows.");
        assertThatThrownBy(() -> shell.run("dhcp:leases --limit")).hasMessageStartingWith("--limit is \"\"");
    }

    @Test
    void longCellsAreCutToTheTerminalUnlessTheyAreWanted() throws Exception {
        shell.offer(FakeTable.of("dhcp:leases", "x".repeat(200)));
        shell.width = 80;

        assertThat(shell.run("dhcp:leases").lines()).allMatch(line -> line.length() <= 80);
        assertThat(shell.run("dhcp:leases --wide")).contains("x".repeat(200));
    }

    @Test
    void tablesAreListedAndShownByName() throws Exception {
        shell.offer(leases);
        shell.offer(FakeTable.of("dataplane:drops", "spoofed"));

        assertThat(shell.run("sluice:tables")).containsSubsequence("dataplane:drops", "dhcp:leases", "2 tables");
        assertThat(shell.run("sluice:show dataplane:drops")).contains("spoofed");
        assertThatThrownBy(() -> shell.run("sluice:show dhcp:lease"))
                .isInstanceOf(CommandException.class)
                .hasMessage("There is no table dhcp:lease. sluice:tables shows which there are.");
    }

    @Test
    void namesOfTablesComplete() {
        shell.offer(leases);

        assertThat(shell.complete("sluice:show d")).containsExactly("dhcp:leases");
        assertThat(shell.complete("dhcp:leases --")).containsExactly("--help", "--json", "--limit", "--wide");
        assertThat(shell.complete("dhcp:leases")).containsExactly("dhcp:leases");
    }
}
