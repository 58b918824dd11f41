package sluice.shell;

import java.io.PrintStream;
import java.util.List;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Parser;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import sluice.platform.api.Inspectable;

/**
 * The command of one table: {@code dhcp:leases} prints the table of that name. It looks the table up at every call, so
 * that it outlives a replacement of the bundle that owns the table.
 */
final class TableCommand implements Command {

    private static final List<String> OPTIONS = List.of("--json", "--wide", "--limit", "--help");

    private final Appliance appliance;
    private final String table;
    private final String description;

    /** @param table whose name is {@code scope:noun} */
    TableCommand(Appliance appliance, Inspectable table) {
        this.appliance = appliance;
        this.table = table.name();
        this.description = table.description();
        if (this.table.indexOf(':') < 1 || this.table.endsWith(":")) {
            throw new IllegalArgumentException("Table name \"" + this.table + "\", expected scope:noun");
        }
    }

    @Override
    public String getScope() {
        return table.substring(0, table.indexOf(':'));
    }

    @Override
    public String getName() {
        return table.substring(table.indexOf(':') + 1);
    }

    @Override
    public String getDescription() {
        return description;
    }

    @Override
    @SuppressWarnings("NullAway") // Karaf wants null for "no result"
    public Object execute(Session session, List<Object> arguments) throws CommandException {
        print(session, arguments.stream().map(Object::toString).toList(), System.out);
        return null;
    }

    /** Does what the command is for. */
    void print(Session session, List<String> arguments, PrintStream out) throws CommandException {
        if (arguments.contains("--help")) {
            help(out);
            return;
        }
        TableOptions options = parse(arguments);
        Inspectable found = appliance
                .table(table)
                .orElseThrow(() -> ShellAction.failure("The bundle that owns " + table + " is not running."));
        options.print(found.table(), "rows", session, out);
    }

    @Override
    public Completer getCompleter(boolean scoped) {
        return new Completer() {
            @Override
            public int complete(Session session, CommandLine line, List<String> candidates) {
                List<String> words = line.getCursorArgumentIndex() > 0
                        ? OPTIONS
                        : scoped ? List.of(getName()) : List.of(getName(), table);
                boolean ours = line.getCursorArgumentIndex() == 0
                        || table.equals(session.resolveCommand(line.getArguments()[0]));
                return ours ? new StringsCompleter(words).complete(session, line, candidates) : -1;
            }
        };
    }

    @Override
    @SuppressWarnings("NullAway") // Karaf wants null for the usual parser
    public Parser getParser() {
        return null;
    }

    private TableOptions parse(List<String> arguments) throws CommandException {
        try {
            return TableOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            throw ShellAction.failure(e.getMessage() + " " + table + " --help shows what there is.");
        }
    }

    private void help(PrintStream out) {
        out.println("DESCRIPTION");
        out.println("        " + table);
        out.println();
        out.println("        " + description);
        out.println();
        out.println("SYNTAX");
        out.println("        " + table + " [options]");
        out.println();
        out.println("OPTIONS");
        out.println("        --json       Print JSON, for scripts");
        out.println("        --wide       Do not cut long cells to the width of the terminal");
        out.println("        --limit N    At most so many rows, 0 for all. Without it 100, and all with --json");
        out.println("        --help       Display this help message");
    }
}
