package sluice.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Reach;

/** {@code session:block}. */
@Service
@Command(
        scope = "session",
        name = "block",
        description = "Let no packet of a session pass. It stays online, keeps its address and is accounted.")
public final class SessionBlock extends SessionChange {

    @Override
    void run() throws CommandException, InterruptedException {
        change(AuthorizationChange.toReach(new Reach.Blocked()));
    }
}
