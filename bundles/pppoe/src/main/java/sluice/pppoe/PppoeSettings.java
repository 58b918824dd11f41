package sluice.pppoe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the operator decides about the PPPoE server.
 *
 * @param discovery for lines without an access profile
 * @param link how links are negotiated and watched
 */
record PppoeSettings(DiscoveryTerms discovery, LinkSettings link) {
    private static final String NOBODY_PROVES = "none";

    /**
     * The settings in a configuration.
     *
     * @param name of this gateway, where the configuration names none
     * @throws IllegalArgumentException naming the key that is wrong
     */
    static PppoeSettings of(PppoeServer.Config config, String name) {
        String acName = config.ac__name().isBlank() ? name : config.ac__name().strip();
        DiscoveryTerms discovery = new DiscoveryTerms(
                acName,
                DiscoveryTerms.services(config.service__names()),
                PadoLadder.parse(config.pado__delay()),
                config.max__starting(),
                config.mru__max());
        List<AuthenticationMethod> methods = new ArrayList<>();
        boolean noneAllowed = false;
        for (String method : config.authentication().split(",", -1)) {
            if (method.strip().equals(NOBODY_PROVES)) {
                noneAllowed = true;
            } else {
                methods.add(AuthenticationMethod.named(method.strip()));
            }
        }
        LinkSettings link = new LinkSettings(
                methods,
                noneAllowed,
                Families.named(config.families().strip()),
                acName,
                Duration.ofMillis(config.restart__milliseconds()),
                config.configure__tries(),
                config.terminate__tries(),
                config.nak__max(),
                config.pap__tries(),
                Duration.ofSeconds(config.rechallenge__seconds()),
                Duration.ofSeconds(config.echo__seconds()),
                config.echo__misses(),
                Duration.ofSeconds(config.setup__seconds()));
        return new PppoeSettings(discovery, link);
    }
}
