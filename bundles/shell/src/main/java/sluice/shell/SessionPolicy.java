package sluice.shell;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.session.api.AuthorizationChange;

/** {@code session:policy}. */
@Service
@Command(
        scope = "session",
        name = "policy",
        description =
                "Give a session another policy. Rates, garden and block of the session itself still go before it.")
public final class SessionPolicy extends SessionChange {

    @Argument(index = 1, name = "policy", description = "Name of a policy, as qos:policies lists it", required = true)
    @Completion(NamedRows.Policies.class)
    String policy = "";

    @Override
    void run() throws CommandException, InterruptedException {
        change(AuthorizationChange.toPolicy(policy));
    }
}
