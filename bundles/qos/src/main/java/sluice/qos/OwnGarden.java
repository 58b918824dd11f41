package sluice.qos;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.dataplane.api.Allowed;
import sluice.dataplane.api.Garden;

/** A walled garden of the operator, {@code sluice.garden-NAME.cfg}. Policies name it. */
@Component(
        service = OwnGarden.class,
        configurationPid = "sluice.garden",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = OwnGarden.Config.class, factory = true)
public final class OwnGarden {

    private static final int IDS = 0xffff;

    private final String name;
    private final Garden garden;

    /** What the operator can set. */
    @ObjectClassDefinition(name = "Walled garden")
    @interface Config {
        @AttributeDefinition(description = "Name, as policies give it")
        String name() default "";

        @AttributeDefinition(
                description = "What may be reached, separated by commas: address or prefix, then tcp, udp, icmp or any,"
                        + " with a port or ports, for example 10.0.0.0/8 tcp/443, 192.0.2.53 udp/53")
        String allowed() default "";

        @AttributeDefinition(
                description = "Web server, as 192.0.2.10:80, that gets the TCP connections to port 80 of all others;"
                        + " empty: they are refused")
        String portal() default "";
    }

    /**
     * A garden as configured.
     *
     * @throws IllegalArgumentException when the settings make no garden; it is not there then
     */
    @Activate
    public OwnGarden(Config config) {
        this(config.name(), config.allowed(), config.portal());
    }

    OwnGarden(String name, String allowed, String portal) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A walled garden needs a name");
        }
        List<Allowed> rules = new ArrayList<>();
        for (String rule : allowed.split(",", -1)) {
            if (!rule.isBlank()) {
                rules.add(Allowed.parse(rule));
            }
        }
        this.name = name.trim();
        this.garden = new Garden(
                idOf(this.name),
                rules,
                portal.isBlank() ? Optional.empty() : Optional.of(Garden.Portal.parse(portal.trim())));
    }

    /**
     * The number by which entries in the data plane name a garden. Made of the name alone, so that it is the same after
     * a restart, and before the garden is configured.
     */
    static int idOf(String name) {
        return 1 + Math.floorMod(name.hashCode(), IDS);
    }

    String name() {
        return name;
    }

    Garden garden() {
        return garden;
    }
}
