package sluice.shell;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.support.CommandException;
import sluice.dataplane.api.DataPlaneProbe;
import sluice.dataplane.api.ProbedEntry;
import sluice.session.api.SessionInfo;

/** What the commands about one subscriber in the data plane share: whom the operator means. */
abstract class DataplaneAction extends ShellAction {

    @Argument(name = "who", description = SessionWords.WHO, required = true)
    @Completion(SessionWords.Ids.class)
    String who = "";

    /** The data plane, seen from inside. */
    final DataPlaneProbe probe() throws CommandException {
        return probe(appliance);
    }

    static DataPlaneProbe probe(Appliance appliance) throws CommandException {
        return appliance
                .probe()
                .orElseThrow(() -> failure("There is no data plane that can be looked into."
                        + " bundle:list shows what is running, log:display why not."));
    }

    /** Sessions that the operator may mean; none while there is no engine, for entries outlive it. */
    final List<SessionInfo> meant() throws CommandException, InterruptedException {
        return appliance.sessions().isPresent() ? sessions(selector(who)) : List.of();
    }

    /** Entries of these sessions, and those that the operator's words fit although no session has them. */
    final List<ProbedEntry> entries(List<SessionInfo> sessions) throws CommandException {
        SessionSelector chosen = selector(who);
        Set<Long> ids = sessions.stream().map(one -> one.id().value()).collect(Collectors.toSet());
        return probe().find(entry -> ids.contains(entry.session()) || chosen.matches(entry));
    }
}
