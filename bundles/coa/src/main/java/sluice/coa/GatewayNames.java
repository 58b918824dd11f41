package sluice.coa;

import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.platform.api.HardwareProfile;
import sluice.radius.packet.PortTemplate;

/**
 * What this gateway calls itself and its lines in Access-Requests, {@code sluice.radius.cfg}: so it is called in
 * requests to it.
 */
@Component(service = GatewayNames.class, configurationPid = "sluice.radius")
public final class GatewayNames {

    private final GatewaySettings settings;

    /** Four of the keys of the RADIUS client, where they are described. */
    @interface Config {
        String nas__identifier() default "";

        String nas__ip() default "";

        String nas__ipv6() default "";

        String nas__port__id() default "{port}:{svlan}.{cvlan}";
    }

    /** Reads the settings. */
    @Activate
    public GatewayNames(@Reference HardwareProfile profile, Config config) {
        settings = new GatewaySettings(
                config.nas__identifier().isEmpty() ? profile.bngId() : config.nas__identifier(),
                config.nas__ip().isEmpty() ? profile.nasAddress() : Ip4.parse(config.nas__ip()),
                Optional.of(config.nas__ipv6()).filter(text -> !text.isEmpty()).map(Ip6::parse),
                new PortTemplate(config.nas__port__id())::of);
    }

    GatewaySettings settings() {
        return settings;
    }
}
