package sluice.qos;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.Allowed;
import sluice.dataplane.api.Garden;

/**
 * A walled garden of the operator, {@code sluice.garden-NAME.cfg}. Policies name it. It stays the same service when its
 * file changes, so that it is never missing meanwhile. A file that makes no sense changes nothing and is complained of.
 * Safe for any thread.
 */
@Component(
        service = OwnGarden.class,
        configurationPid = "sluice.garden",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = OwnGarden.Config.class, factory = true)
public final class OwnGarden {

    private static final Logger LOG = LoggerFactory.getLogger(OwnGarden.class);
    private static final int IDS = 0xffff;

    private final SettingsFile file;
    private volatile Optional<Plan> plan = Optional.empty();
    private volatile Optional<String> complaint = Optional.empty();

    /** What the operator can set. */
    @ObjectClassDefinition(name = "Walled garden")
    @interface Config {
        @AttributeDefinition(description = "Name, as policies give it; empty: that of the file")
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

    private record Plan(String name, Garden garden) {}

    /** A garden as configured, or a complaint. */
    @Activate
    public OwnGarden(Config config, SettingsFile.Source source) {
        file = new SettingsFile(source.service_pid());
        modified(config);
    }

    OwnGarden(String name, String allowed, String portal) {
        file = new SettingsFile("sluice.garden~" + name);
        take(name, allowed, portal);
    }

    /** The operator changed the file. */
    @Modified
    void modified(Config config) {
        try {
            String name = SettingsFile.read("name", config::name).trim();
            take(
                    name.isEmpty() ? file.name() : name,
                    SettingsFile.read("allowed", config::allowed),
                    SettingsFile.read("portal", config::portal));
        } catch (IllegalArgumentException unfit) {
            complaint = Optional.of(file + ": " + unfit.getMessage() + "; "
                    + plan.map(kept -> "the garden " + kept.name() + " stays as it was")
                            .orElse("there is no such garden")
                    + ".");
            LOG.error("Walled garden not in force as written: {}", complaint.get());
        }
    }

    /** @throws IllegalArgumentException with the key that makes no sense; the garden is as before then */
    void take(String name, String allowed, String portal) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name is empty, expected the name of the garden as policies give it");
        }
        List<Allowed> rules = new ArrayList<>();
        for (String rule : allowed.split(",", -1)) {
            if (!rule.isBlank()) {
                rules.add(SettingsFile.read("allowed", () -> Allowed.parse(rule)));
            }
        }
        Optional<Garden.Portal> web = portal.isBlank()
                ? Optional.empty()
                : Optional.of(SettingsFile.read("portal", () -> Garden.Portal.parse(portal.trim())));
        plan = Optional.of(new Plan(name, new Garden(idOf(name), rules, web)));
        complaint = Optional.empty();
    }

    /**
     * The number by which entries in the data plane name a garden. Made of the name alone, so that it is the same after
     * a restart, and before the garden is configured.
     */
    static int idOf(String name) {
        return 1 + Math.floorMod(name.hashCode(), IDS);
    }

    SettingsFile file() {
        return file;
    }

    /** Empty as long as the file never made sense. */
    Optional<String> name() {
        return plan.map(Plan::name);
    }

    /** Empty as long as the file never made sense. */
    Optional<Garden> garden() {
        return plan.map(Plan::garden);
    }

    /** What is wrong with the file as it is now. */
    Optional<String> complaint() {
        return complaint;
    }
}
