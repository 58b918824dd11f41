package sluice.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Reach;

/** {@code session:garden}. */
@Service
@Command(
        scope = "session",
        name = "garden",
        description = "Keep a session in a walled garden, or let it go everywhere again (off).")
public final class SessionGarden extends SessionChange {

    /** In place of a name. */
    static final String OFF = "off";

    @Argument(
            index = 1,
            name = "garden",
            description = "Name of a garden, as qos:gardens lists it, or off",
            required = true)
    @Completion(NamedRows.Gardens.class)
    String garden = "";

    @Override
    void run() throws CommandException, InterruptedException {
        change(AuthorizationChange.toReach(garden.equals(OFF) ? new Reach.Open() : new Reach.Walled(garden)));
    }
}
