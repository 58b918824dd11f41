package sluice.shell;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import sluice.platform.api.Inspectable;

/** Completes the names of tables. */
@Service
@SuppressWarnings("NullAway.Init") // Karaf sets the reference
public final class TableNames implements Completer {

    @Reference
    Appliance appliance;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        return new StringsCompleter(
                        appliance.tables().stream().map(Inspectable::name).toList())
                .complete(session, line, candidates);
    }
}
