package sluice.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sluice.session.api.AddressSource;
import sluice.session.api.Network;

/**
 * Makes addresses come back sooner while this gateway is left alone and a network is nearly full: whoever is gone then
 * keeps his address for minutes and not for a day. Safe for any thread.
 */
final class ShortLeases {

    private final OutageSettings settings;
    private final Outage outage;
    private final AddressSource addresses;

    ShortLeases(OutageSettings settings, Outage outage, AddressSource addresses) {
        this.settings = settings;
        this.outage = outage;
        this.addresses = addresses;
    }

    /** The longest lease of that network now; empty when its own counts. */
    Optional<Duration> limit(Network network) {
        return outage.isOn() && addresses.usedPercent(network) >= settings.fullPercent()
                ? Optional.of(settings.shortLease())
                : Optional.empty();
    }

    /** Names of the networks with short leases. */
    List<String> networks() {
        return addresses.networks().stream()
                .filter(network -> limit(network).isPresent())
                .map(Network::name)
                .toList();
    }
}
