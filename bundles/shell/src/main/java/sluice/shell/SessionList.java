package sluice.shell;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.SessionInfo;

/** {@code session:list}. */
@Service
@Command(
        scope = "session",
        name = "list",
        description = "Sessions, oldest first. Text filters compare the whole text and take * for anything.")
public final class SessionList extends ShellAction {

    @Option(
            name = "--line",
            description = "Access line: port:svlan.cvlan, circuit-id or remote-id",
            valueToShowInHelp = "")
    @Completion(SessionWords.Lines.class)
    String line = "";

    @Option(name = "--mac", description = "MAC address, also a part: 02:00:*", valueToShowInHelp = "")
    @Completion(SessionWords.Macs.class)
    String mac = "";

    @Option(name = "--address", description = "IPv4 address or prefix: 10.64.0.0/24", valueToShowInHelp = "")
    @Completion(SessionWords.Addresses.class)
    String address = "";

    @Option(name = "--user", description = "User name, also a part: *cstm-relay-02*", valueToShowInHelp = "")
    @Completion(SessionWords.Users.class)
    String user = "";

    @Option(name = "--state", description = "State, for example bound", valueToShowInHelp = "")
    @Completion(SessionWords.States.class)
    String state = "";

    @Option(
            name = "--limit",
            description = "At most so many rows, 0 for all. Without it 100, and all with --json",
            valueToShowInHelp = "")
    int limit = -1;

    InstantSource clock = InstantSource.system();

    @Override
    void run() throws CommandException, InterruptedException {
        List<SessionInfo> found = sessions(filter());
        if (json) {
            List<SessionInfo> shown = limit > 0 && limit < found.size() ? found.subList(0, limit) : found;
            JsonWriter text = new JsonWriter().beginObject().name("data").beginArray();
            shown.forEach(one -> SessionTable.write(text, one));
            out.println(text.endArray().name("count").value(found.size()).endObject());
        } else {
            print(SessionTable.of(found, clock.instant()), "sessions", limit);
        }
    }

    private Predicate<SessionInfo> filter() throws CommandException {
        try {
            return SessionFilter.of(line, mac, address, user, state);
        } catch (IllegalArgumentException e) {
            throw failure(e.getMessage() + ".");
        }
    }
}
