package sluice.pools;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.session.api.AddressSource;
import sluice.session.api.Network;
import sluice.testkit.FakeJournal;
import sluice.testkit.ManualClock;

/** The real pools: one network that is almost too small, prefixes of links for some, delegated ones for all. */
public final class SimulatedPools {

    private static final List<PrefixPool> PREFIXES = List.of(
            new PrefixPool("link", Ip6Prefix.parse("2001:db8:1::/60"), 64, List.of()),
            new PrefixPool("home", Ip6Prefix.parse("2001:db8:a000::/48"), 56, List.of()));

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
        return new LocalPools(journal, journal, List.of(new Pool(network, List.of())), PREFIXES, clock, clock.wall());
    }

    /** Whether a pool gives the prefix. */
    public static boolean give(Ip6Prefix prefix) {
        return PREFIXES.stream().anyMatch(pool -> pool.isUnit(prefix));
    }

    /** How many addresses and prefixes sessions hold. */
    public static int held(AddressSource pools) {
        return ((LocalPools) pools)
                .table().rows().stream()
                        .mapToInt(row -> Integer.parseInt(row.get(4)))
                        .sum();
    }
}
