package sluice.shell;

import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Completes what stands under {@code Name} in a table of another bundle; nothing when that bundle is not there. */
@SuppressWarnings("NullAway.Init") // Karaf sets the reference
abstract class NamedRows implements Completer {

    @Reference
    Appliance appliance;

    /** Name of the table. */
    abstract String table();

    /** What may be given beside the names. */
    List<String> more() {
        return List.of();
    }

    @Override
    public final int complete(Session session, CommandLine line, List<String> candidates) {
        List<String> words = new ArrayList<>(more());
        appliance.table(table()).map(Inspectable::table).ifPresent(table -> words.addAll(names(table)));
        return new StringsCompleter(words).complete(session, line, candidates);
    }

    private static List<String> names(Table table) {
        int name = table.columns().indexOf("Name");
        return name < 0
                ? List.of()
                : table.rows().stream().map(row -> row.get(name)).toList();
    }

    /** Policies. */
    @Service
    public static final class Policies extends NamedRows {
        @Override
        String table() {
            return "qos:policies";
        }
    }

    /** Walled gardens. */
    @Service
    public static final class Gardens extends NamedRows {
        @Override
        String table() {
            return "qos:gardens";
        }

        @Override
        List<String> more() {
            return List.of(SessionGarden.OFF);
        }
    }
}
