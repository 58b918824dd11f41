package sluice.shell;

import java.util.Arrays;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;
import sluice.session.api.TerminateCause;

/** {@code session:disconnect}. */
@Service
@Command(
        scope = "session",
        name = "disconnect",
        description = "End a session. Says so only when it is done, in the data plane and durably.")
public final class SessionDisconnect extends ShellAction {

    private static final int WAIT_MAX = 300;

    @Argument(name = "session", description = SessionWords.WHO, required = true)
    @Completion(SessionWords.Ids.class)
    String selector = "";

    @Option(name = "--cause", description = "Acct-Terminate-Cause (RFC 2866, 5.10), for example Admin-Reset")
    @Completion(SessionWords.Causes.class)
    String cause = TerminateCause.ADMIN_RESET.toString();

    @Option(name = "--wait", description = "How long to wait for the end, seconds, 1 to 300")
    int wait = 10;

    @Override
    void run() throws CommandException, InterruptedException {
        if (wait < 1 || wait > WAIT_MAX) {
            throw failure("--wait is " + wait + ", expected 1 to " + WAIT_MAX + " seconds.");
        }
        TerminateCause reason = parse(cause);
        SessionId id = session(selector).id();
        CommandResult result = await(sessions().submit(new sluice.session.api.Command.Disconnect(id, reason)), wait);
        switch (result) {
            case DONE -> report(id, reason);
            case SESSION_NOT_FOUND -> throw failure("Session " + id + " has ended before it could be disconnected.");
            case OVERLOADED -> throw failure("The session engine has too much to do; nothing was changed. Try again.");
            default -> throw failure("Session " + id + " could not be ended (" + result + "). The log has the reason.");
        }
    }

    private void report(SessionId id, TerminateCause reason) {
        if (json) {
            out.println(new JsonWriter()
                    .beginObject()
                    .name("data")
                    .beginObject()
                    .field("session_id", id.toString())
                    .field("terminate_cause", reason.toString())
                    .endObject()
                    .endObject());
        } else {
            out.println("Session " + id + " ended with " + reason + ".");
        }
    }

    private static TerminateCause parse(String text) throws CommandException {
        return Arrays.stream(TerminateCause.values())
                .filter(one -> one.toString().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> failure(text + " is no cause; there are "
                        + String.join(
                                ", ",
                                Arrays.stream(TerminateCause.values())
                                        .map(TerminateCause::toString)
                                        .toList())
                        + "."));
    }
}
