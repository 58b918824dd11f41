package sluice.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code session:reauthenticate}. */
@Service
@Command(
        scope = "session",
        name = "reauthenticate",
        description = "Ask RADIUS again: the session gets what it grants now, a refusal ends it.")
public final class SessionReauthenticate extends SessionChange {

    @Override
    void run() throws CommandException, InterruptedException {
        submit(sluice.session.api.Command.Reauthenticate::new);
    }
}
