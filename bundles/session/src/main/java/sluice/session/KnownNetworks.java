package sluice.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.session.api.Network;

/** What protocols see of this gateway: its networks, and what the data plane counted. */
final class KnownNetworks implements Session.Outside {

    private final List<Network> networks;
    private final ShortLeases leases;
    private final Entries entries;

    KnownNetworks(List<Network> networks, ShortLeases leases, Entries entries) {
        this.networks = networks;
        this.leases = leases;
        this.entries = entries;
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

    @Override
    public OptionalLong received(Session session) {
        Traffic traffic = entries.traffic(session);
        return OptionalLong.of(traffic.uploadPackets() + traffic.uploadDropped());
    }
}
