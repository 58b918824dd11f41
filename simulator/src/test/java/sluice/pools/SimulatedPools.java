package sluice.pools;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.session.api.AddressSource;
import sluice.session.api.Network;
import sluice.testkit.FakeJournal;
import sluice.testkit.ManualClock;

/** The real pools with one network that is almost too small. */
public final class SimulatedPools {

    private SimulatedPools() {}

    /** As after a start: nobody holds anything yet. */
    public static LocalPools start(FakeJournal journal, ManualClock clock, Duration lease) {
        Network network = new Network(
                "residential",
                Ip4Prefix.parse("10.64.0.0/24"),
                Ip4.parse("10.64.0.1"),
                List.of(),
                Optional.empty(),
                List.of(),
                lease,
                Map.of());
        return new LocalPools(journal, journal, List.of(new Pool(network, List.of())), List.of(), clock, clock.wall());
    }

    /** How many addresses sessions hold. */
    public static int held(AddressSource pools) {
        return Integer.parseInt(((LocalPools) pools).table().rows().getFirst().get(4));
    }
}
