package sluice.shell;

import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import sluice.platform.api.Table;

/** {@code sluice:tables}. */
@Service
@Command(scope = "sluice", name = "tables", description = "The tables there are. Each is also a command of its own.")
public final class TableList extends ShellAction {

    @Override
    void run() {
        List<List<String>> rows = appliance.tables().stream()
                .map(table -> List.of(table.name(), table.description()))
                .toList();
        print(new Table(List.of("Name", "Rows"), rows), "tables", 0);
    }
}
