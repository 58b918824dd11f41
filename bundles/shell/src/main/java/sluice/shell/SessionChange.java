package sluice.shell;

import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Policy;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;

/** What commands share that change one open session: whom, how long to wait, and what it has afterwards. */
abstract class SessionChange extends ShellAction {

    private static final int WAIT_MAX = 300;
    private static final String UNCHANGED = " Nothing was changed.";

    @Argument(name = "session", description = SessionWords.WHO, required = true)
    @Completion(SessionWords.Ids.class)
    String selector = "";

    @Option(name = "--wait", description = "How long to wait for the change, seconds, 1 to 300")
    int wait = 10;

    /** Changes the session and says what it has now. */
    final void change(AuthorizationChange change) throws CommandException, InterruptedException {
        submit(id -> new Command.Change(id, change));
    }

    /** Has a command done to the session that the operator named and says what it has now. */
    final void submit(Order order) throws CommandException, InterruptedException {
        if (wait < 1 || wait > WAIT_MAX) {
            throw failure("--wait is " + wait + ", expected 1 to " + WAIT_MAX + " seconds.");
        }
        SessionId id = session(selector).id();
        CommandResult result = await(sessions().submit(order.of(id)), wait);
        if (result != CommandResult.DONE) {
            throw failure(refusal(id, result));
        }
        report(session(id.toString()));
    }

    /** A command for one session. */
    interface Order {
        Command of(SessionId session);
    }

    private static String refusal(SessionId id, CommandResult result) {
        return switch (result) {
            case SESSION_NOT_FOUND -> "Session " + id + " has ended before it could be changed.";
            case OVERLOADED -> "The session engine has too much to do." + UNCHANGED + " Try again.";
            case POLICY_UNKNOWN ->
                "There is no such policy or walled garden; qos:policies and qos:gardens list them." + UNCHANGED;
            case REJECTED -> "RADIUS refused; session " + id + " was ended.";
            case UNANSWERED -> "No RADIUS server answered." + UNCHANGED;
            default -> "Session " + id + " could not be changed (" + result + "). The log has the reason.";
        };
    }

    private void report(SessionInfo now) {
        Optional<Policy> policy = now.policy();
        if (json) {
            JsonWriter text = new JsonWriter()
                    .beginObject()
                    .name("data")
                    .beginObject()
                    .field("session_id", now.id().toString())
                    .field("policy", policy.map(Policy::name));
            SessionTable.rate(text, "download_bps", policy.map(Policy::download));
            SessionTable.rate(text, "upload_bps", policy.map(Policy::upload));
            out.println(text.field("access", policy.map(Policy::treatment).map(Amounts::access))
                    .endObject()
                    .endObject());
        } else {
            out.println(
                    "Session " + now.id() + " has " + policy.map(this::words).orElse("no policy yet") + ".");
        }
    }

    private String words(Policy policy) {
        return "policy " + Printable.of(policy.name()) + " now: download " + Amounts.rate(policy.download())
                + "; upload " + Amounts.rate(policy.upload()) + "; access "
                + GardenNames.of(appliance).access(policy.treatment());
    }
}
