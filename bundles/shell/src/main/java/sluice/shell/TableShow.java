package sluice.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.platform.api.Inspectable;

/** {@code sluice:show}. */
@Service
@Command(scope = "sluice", name = "show", description = "Print a table by its name.")
public final class TableShow extends ShellAction {

    @Argument(name = "table", description = "Name of the table, see sluice:tables", required = true)
    @Completion(TableNames.class)
    String name = "";

    @Option(
            name = "--limit",
            description = "At most so many rows, 0 for all. Without it 100, and all with --json",
            valueToShowInHelp = "")
    int limit = -1;

    @Override
    void run() throws CommandException {
        Inspectable found = appliance
                .table(name)
                .orElseThrow(() -> failure("There is no table " + name + ". sluice:tables shows which there are."));
        print(found.table(), "rows", limit);
    }
}
