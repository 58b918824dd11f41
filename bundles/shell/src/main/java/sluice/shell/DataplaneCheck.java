package sluice.shell;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.net.Bytes;
import sluice.platform.api.Store;
import sluice.platform.api.Table;
import sluice.session.api.SessionInfo;

/** {@code dataplane:check}. */
@Service
@Command(
        scope = "dataplane",
        name = "check",
        description = "Compare sessions, the durable store and the data plane: what is in one and not in the others,"
                + " and what differs. Exit code 1 when something is found.")
public final class DataplaneCheck extends ShellAction {

    private static final String REGION = "session";

    /** What is under way is not yet everywhere; only what stays for so long is wrong. */
    private static final int SETTLE_MS = 1500;

    @Override
    void run() throws CommandException, InterruptedException {
        List<Finding> findings = findings();
        if (!findings.isEmpty()) {
            settle();
            Set<Finding> still = new HashSet<>(findings());
            findings = findings.stream().filter(still::contains).toList();
        }
        print(new Table(Finding.COLUMNS, findings.stream().map(Finding::row).toList()), "findings", 0);
        if (!findings.isEmpty()) {
            throw failure(findings.size() == 1 ? "There is a finding." : "There are findings.");
        }
    }

    private static void settle() throws InterruptedException {
        new CountDownLatch(1).await(SETTLE_MS, TimeUnit.MILLISECONDS);
    }

    private List<Finding> findings() throws CommandException, InterruptedException {
        Store store =
                appliance.store().orElseThrow(() -> failure("The journal is not running; bundle:list shows what is."));
        Set<Long> stored = new HashSet<>();
        store.scan(REGION, (key, value) -> stored.add(id(key)));
        List<SessionInfo> sessions = sessions(any -> true);
        var probe = DataplaneAction.probe(appliance);
        return new Comparison(sessions, stored, probe.find(any -> true), probe.contradictions()).findings();
    }

    private static long id(Bytes key) {
        long id = 0;
        for (int i = 0; i < key.length(); i++) {
            id = id << 8 | key.at(i) & 0xff;
        }
        return id;
    }
}
