package sluice.shell;

import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.dataplane.api.Policer;
import sluice.session.api.AuthorizationChange;

/** {@code session:rates}. */
@Service
@Command(
        scope = "session",
        name = "rates",
        description = "Give a session rates of its own, which go before those of its policy.")
public final class SessionRates extends SessionChange {

    private static final long KILO = 1000;
    private static final long RATE_MAX = 1_000_000_000;
    private static final long BURST_MAX = 1_000_000;

    @Option(name = "--download", description = "Towards the subscriber, kbit/s, 0 is unlimited")
    long download = -1;

    @Option(name = "--upload", description = "From the subscriber, kbit/s, 0 is unlimited")
    long upload = -1;

    @Option(name = "--download-burst", description = "1000 bytes, 0: 80 ms of the rate")
    long downloadBurst;

    @Option(name = "--upload-burst", description = "1000 bytes, 0: 30 ms of the rate")
    long uploadBurst;

    @Override
    void run() throws CommandException, InterruptedException {
        check("--download", download, -1, RATE_MAX);
        check("--upload", upload, -1, RATE_MAX);
        check("--download-burst", downloadBurst, 0, BURST_MAX);
        check("--upload-burst", uploadBurst, 0, BURST_MAX);
        if (download < 0 && upload < 0) {
            throw failure("Which rate? Give --download or --upload or both, in kbit/s.");
        }
        change(AuthorizationChange.toRates(
                policer(download, Policer.towards(Math.max(download, 0) * KILO), downloadBurst),
                policer(upload, Policer.from(Math.max(upload, 0) * KILO), uploadBurst)));
    }

    private static Optional<Policer> policer(long rate, Policer made, long burst) {
        if (rate < 0) {
            return Optional.empty();
        }
        return Optional.of(made.isUnlimited() || burst == 0 ? made : new Policer(made.bitsPerSecond(), burst * KILO));
    }

    private static void check(String option, long value, long least, long most) throws CommandException {
        if (value < least || value > most) {
            throw failure(option + " is " + value + ", expected 0 to " + most + ".");
        }
    }
}
