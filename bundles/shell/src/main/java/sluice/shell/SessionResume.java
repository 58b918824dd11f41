package sluice.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.CommandResult;

/** {@code session:resume}. */
@Service
@Command(scope = "session", name = "resume", description = "Take new sessions again after session:drain.")
public final class SessionResume extends ShellAction {

    private static final int WAIT_SECONDS = 10;

    @Override
    void run() throws CommandException, InterruptedException {
        CommandResult result = await(sessions().resume(), WAIT_SECONDS);
        if (result != CommandResult.DONE) {
            throw failure("The gateway could not be put into service (" + result + "). Try again.");
        }
        out.println(json ? "{\"data\":{\"resumed\":true}}" : "The gateway takes new sessions.");
    }
}
