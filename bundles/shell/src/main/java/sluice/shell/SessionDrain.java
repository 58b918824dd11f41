package sluice.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code session:drain}. */
@Service
@Command(
        scope = "session",
        name = "drain",
        description = "Take the gateway out of service: end every session (Admin-Reboot), take no new ones,"
                + " until session:resume.")
public final class SessionDrain extends ShellAction {

    private static final int WAIT_SECONDS = 300;

    @Option(name = "--yes", description = "Every subscriber goes offline, and this is meant")
    boolean meant;

    @Override
    void run() throws CommandException, InterruptedException {
        if (!meant) {
            throw failure("This ends every session of this gateway. Say session:drain --yes if that is meant.");
        }
        int ended = await(sessions().drain(), WAIT_SECONDS);
        if (json) {
            out.println("{\"data\":{\"ended\":" + ended + "}}");
        } else {
            out.println(ended + (ended == 1 ? " session" : " sessions") + " ended. The gateway takes no new ones.");
        }
    }
}
