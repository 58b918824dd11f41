package sluice.shell;

import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** {@code pppoe:trace}. */
@Service
@Command(
        scope = "pppoe",
        name = "trace",
        description = "One negotiation packet by packet, the newest of a device, or the newest of all; the last 256"
                + " sessions are kept. No passwords.")
public final class PppoeTrace extends ShellAction {

    private static final String NEGOTIATIONS = "pppoe:negotiations";
    private static final List<String> SHOWN = List.of("After", "Way", "Packet");

    @Argument(name = "session", description = "MAC address or session id; without it the newest negotiation")
    String selector = "";

    @Override
    void run() throws CommandException {
        Table all = appliance
                .table(NEGOTIATIONS)
                .map(Inspectable::table)
                .orElseThrow(() -> failure("The PPPoE server is not running."));
        int id = all.columns().indexOf("Session");
        int mac = all.columns().indexOf("MAC");
        String wanted = selector.toLowerCase(Locale.ROOT).replace('-', ':');
        List<List<String>> matching = all.rows().stream()
                .filter(row -> wanted.isEmpty()
                        || row.get(id).equals(wanted)
                        || row.get(mac).equals(wanted))
                .toList();
        if (matching.isEmpty()) {
            throw failure(wanted.isEmpty() ? "No PPPoE session has begun yet." : "No negotiation of " + wanted + ".");
        }
        List<String> newest = matching.getLast();
        List<Integer> shown =
                SHOWN.stream().map(column -> all.columns().indexOf(column)).toList();
        List<List<String>> rows = matching.stream()
                .filter(row -> row.get(id).equals(newest.get(id)))
                .map(row -> shown.stream().map(row::get).toList())
                .toList();
        if (!json) {
            out.println("Session " + newest.get(id) + ", " + newest.get(mac) + ", PPPoE "
                    + newest.get(all.columns().indexOf("PPPoE")) + ", begun "
                    + newest.get(all.columns().indexOf("Begun")));
        }
        print(new Table(SHOWN, rows), "packets", 0);
    }
}
