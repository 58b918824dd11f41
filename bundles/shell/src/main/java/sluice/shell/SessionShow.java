package sluice.shell;

import java.time.InstantSource;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.SessionInfo;

/** {@code session:show}. */
@Service
@Command(
        scope = "session",
        name = "show",
        description = "One session in full: line, address, policy, timers, counters and RADIUS attributes.")
public final class SessionShow extends ShellAction {

    @Argument(name = "session", description = SessionWords.WHO, required = true)
    @Completion(SessionWords.Ids.class)
    String selector = "";

    InstantSource clock = InstantSource.system();

    @Override
    void run() throws CommandException, InterruptedException {
        SessionInfo found = session(selector);
        if (json) {
            JsonWriter text = new JsonWriter().beginObject().name("data");
            SessionTable.write(text, found);
            out.println(text.endObject());
        } else {
            new TablePrinter(out, options(0).width(session))
                    .draw(SessionTable.of(found, clock.instant(), GardenNames.of(appliance)));
        }
    }
}
