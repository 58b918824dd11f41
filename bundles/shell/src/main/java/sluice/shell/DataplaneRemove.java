package sluice.shell;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneProbe;

/** {@code dataplane:remove}. */
@Service
@Command(
        scope = "dataplane",
        name = "remove",
        description = "Take programs, entries and counters out of the kernel. Nothing is forwarded until the bundle"
                + " of the data plane is started anew.")
public final class DataplaneRemove extends ShellAction {

    @Option(name = "--yes", description = "Forwarding ends, and this is meant")
    boolean meant;

    @Option(
            name = "--force",
            description = "Also while subscribers are online; what they used since their last record is lost"
                    + " if the data plane comes back before the next one")
    boolean forced;

    @Override
    void run() throws CommandException {
        DataPlaneProbe probe = DataplaneAction.probe(appliance);
        int entries = probe.find(any -> true).size();
        if (entries > 0 && !forced) {
            throw failure("There are " + entries + " entries in the data plane. End the sessions first, with"
                    + " session:drain --yes, or say dataplane:remove --yes --force and risk their last counts.");
        }
        if (!meant) {
            throw failure("This ends all forwarding of this gateway. Say dataplane:remove --yes if that is meant.");
        }
        try {
            probe.dismantle();
        } catch (DataPlaneException refusal) {
            throw failure("The kernel refused: " + refusal.getMessage());
        }
        if (json) {
            out.println("{\"data\":{\"forgotten\":" + entries + "}}");
        } else {
            out.println("The data plane is out of the kernel, " + entries + " entries are forgotten."
                    + " bundle:restart of its bundle brings it back, with the sessions that have not ended.");
        }
    }
}
