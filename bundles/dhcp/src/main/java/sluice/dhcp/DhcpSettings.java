package sluice.dhcp;

import java.time.Duration;
import java.util.Optional;
import sluice.net.Ip4;

/**
 * What the operator decides about the DHCP server.
 *
 * @param authoritative clients that ask for an address of a foreign network are told so
 * @param offerTime how long an offered address stays reserved
 * @param leaseMin no lease is shorter because a client wishes so
 * @param relayOption what option 82 means
 * @param serverIdentifier in place of the gateway address of each network
 */
record DhcpSettings(
        boolean authoritative,
        Duration offerTime,
        Duration leaseMin,
        RelayOption relayOption,
        Optional<Ip4> serverIdentifier) {

    /** What option 82 means. */
    enum RelayOption {
        /** It names the line when it is there. */
        TRUSTED,
        /** Without it a client that has no address yet is not heard. */
        REQUIRED,
        /** The access network inserts none, so a frame that has one is a forgery. */
        REFUSED
    }

    DhcpSettings {
        check("offer_seconds", offerTime);
        check("lease_min_seconds", leaseMin);
        serverIdentifier.ifPresent(address -> {
            if (!address.isHost()) {
                throw new IllegalArgumentException("server_identifier " + address + " is not the address of a host");
            }
        });
    }

    /**
     * The settings in a configuration.
     *
     * @throws IllegalArgumentException naming the key that is wrong
     */
    static DhcpSettings of(DhcpServer.Config config) {
        return new DhcpSettings(
                config.authoritative(),
                Duration.ofSeconds(config.offer__seconds()),
                Duration.ofSeconds(config.lease__min__seconds()),
                config.relay__option(),
                config.server__identifier().isBlank()
                        ? Optional.empty()
                        : Optional.of(Ip4.parse(config.server__identifier().strip())));
    }

    private static void check(String key, Duration time) {
        if (time.toSeconds() < 1) {
            throw new IllegalArgumentException(key + " " + time.toSeconds() + ", expected 1 or more");
        }
    }
}
