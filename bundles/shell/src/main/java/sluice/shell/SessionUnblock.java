package sluice.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Reach;

/** {@code session:unblock}. */
@Service
@Command(
        scope = "session",
        name = "unblock",
        description = "Let packets of a session pass everywhere, also when its policy blocks or walls it.")
public final class SessionUnblock extends SessionChange {

    @Override
    void run() throws CommandException, InterruptedException {
        change(AuthorizationChange.toReach(new Reach.Open()));
    }
}
