package sluice.session;

import java.util.Set;
import java.util.stream.Collectors;
import sluice.session.api.AddressGrant;

/**
 * Takes the leases of a network back from the data plane, which would go on granting them in their full length, when
 * {@link ShortLeases} begin to count for it: the next renewal is short. Some sessions per turn. Belongs to one shard.
 */
final class LeaseRecall {

    /** An outage begins on whatever shard; so often each looks whether there is one. */
    static final long EVERY_MILLIS = 5_000;

    private final ShortLeases leases;
    private final SessionTimers timers;
    private final Sweeps sweeps;
    private final LeaseReturns returns;
    private final int chore;
    private Set<String> scarce = Set.of();

    LeaseRecall(ShortLeases leases, SessionTimers timers, Sweeps sweeps, LeaseReturns returns) {
        this.leases = leases;
        this.timers = timers;
        this.sweeps = sweeps;
        this.returns = returns;
        chore = timers.chore(this::due);
    }

    /** Looks for the first time in some seconds. */
    void begin(long now) {
        timers.armChore(chore, now + EVERY_MILLIS);
    }

    private void due(long now) {
        timers.armChore(chore, now + EVERY_MILLIS);
        Set<String> names = Set.copyOf(leases.networks());
        Set<String> fresh =
                names.stream().filter(name -> !scarce.contains(name)).collect(Collectors.toUnmodifiableSet());
        scarce = names;
        if (!fresh.isEmpty()) {
            sweeps.begin((session, time) -> recall(session, fresh, time), () -> {});
        }
    }

    private boolean recall(Session session, Set<String> networks, long now) {
        boolean concerned = session.address()
                .map(AddressGrant::network)
                .filter(network -> networks.contains(network.name()))
                .isPresent();
        boolean offloaded = session.isOffloaded();
        if (concerned) {
            returns.begin(session, now);
        }
        return concerned && offloaded;
    }
}
