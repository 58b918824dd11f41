package sluice.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sluice.net.Ip4;
import sluice.session.api.Network;

/** The networks of this gateway as its protocols see them. Safe for any thread. */
final class KnownNetworks implements Session.Networks {

    private final List<Network> networks;
    private final ShortLeases leases;

    KnownNetworks(List<Network> networks, ShortLeases leases) {
        this.networks = networks;
        this.leases = leases;
    }

    @Override
    public Optional<Network> networkOf(Ip4 address) {
        return networks.stream()
                .filter(network -> address.isAny() || network.prefix().contains(address))
                .findFirst();
    }

    @Override
    public Optional<Duration> leaseLimit(Network network) {
        return leases.limit(network);
    }
}
