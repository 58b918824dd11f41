package sluice.qos;

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

/**
 * A policy of the operator, {@code sluice.qos-NAME.cfg}. One that has the name of a built-in policy replaces it. It
 * stays the same service when its file changes, so that at no moment its subscribers have another policy. A file that
 * makes no sense changes nothing and is complained of. Safe for any thread.
 */
@Component(
        service = OwnPolicy.class,
        configurationPid = "sluice.qos",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = OwnPolicy.Config.class, factory = true)
public final class OwnPolicy {

    private static final Logger LOG = LoggerFactory.getLogger(OwnPolicy.class);

    private final SettingsFile file;
    private volatile Optional<PolicySettings> settings = Optional.empty();
    private volatile Optional<String> complaint = Optional.empty();

    /** In names of methods {@code __} stands for the underscore of the key. */
    @ObjectClassDefinition(name = "Policy")
    @interface Config {
        @AttributeDefinition(description = "Name, as Filter-Id gives it; empty: that of the file")
        String name() default "";

        @AttributeDefinition(description = "Towards the subscriber, kbit/s, 0 is unlimited", min = "0")
        long download__kbps() default 0;

        @AttributeDefinition(description = "From the subscriber, kbit/s, 0 is unlimited", min = "0")
        long upload__kbps() default 0;

        @AttributeDefinition(description = "Burst towards the subscriber, 1000 bytes, 0: made of the rate", min = "0")
        long download__burst__kbytes() default 0;

        @AttributeDefinition(description = "Burst from the subscriber, 1000 bytes, 0: made of the rate", min = "0")
        long upload__burst__kbytes() default 0;

        @AttributeDefinition(
                description = "DSCP of packets to the subscriber: 0 to 63, EF, CS0 to CS7, AF11 to AF43; empty: as it"
                        + " came")
        String dscp__down() default "";

        @AttributeDefinition(description = "DSCP of packets from the subscriber, likewise")
        String dscp__up() default "";

        @AttributeDefinition(
                description = "802.1p priority in the VLAN tags of frames to the subscriber, 0 to 7; empty: the three"
                        + " high bits of the packet's DSCP")
        String priority() default "";

        @AttributeDefinition(
                description = "Proof of origin: strict (port, tags, MAC or PPPoE session, address), loose (the MAC may"
                        + " differ) or log_only (count and forward); empty: that of sluice.qos.default.cfg")
        String identity() default "";

        @AttributeDefinition(
                description = "Largest TCP segment that a SYN may offer in either direction, bytes (IPv6: 20 less), at"
                        + " least 536; 0: 40 less than mtu, or that of sluice.qos.default.cfg")
        int max__segment__size() default 0;

        @AttributeDefinition(
                description = "Largest IP packet to the subscriber, bytes, at least 576; 0: that of"
                        + " sluice.qos.default.cfg")
        int mtu() default 0;

        @AttributeDefinition(
                description = "Name of the walled garden in which its subscribers are kept; empty: in none")
        String garden() default "";

        @AttributeDefinition(description = "Whether its subscribers are online and reach nothing at all")
        boolean blocked() default false;
    }

    /** A policy as configured, or a complaint. */
    @Activate
    public OwnPolicy(Config config, SettingsFile.Source source) {
        file = new SettingsFile(source.service_pid());
        modified(config);
    }

    OwnPolicy(PolicySettings settings) {
        file = new SettingsFile("sluice.qos~" + settings.name());
        this.settings = Optional.of(settings);
    }

    /** The operator changed the file. */
    @Modified
    void modified(Config config) {
        try {
            take(PolicySettings.of(file.name(), config));
        } catch (IllegalArgumentException unfit) {
            complaint = Optional.of(file + ": " + unfit.getMessage() + "; "
                    + settings.map(kept -> "the policy " + kept.name() + " stays as it was")
                            .orElse("there is no such policy")
                    + ".");
            LOG.error("Policy not in force as written: {}", complaint.get());
        }
    }

    void take(PolicySettings changed) {
        settings = Optional.of(changed);
        complaint = Optional.empty();
    }

    SettingsFile file() {
        return file;
    }

    /** Empty as long as the file never made sense. */
    Optional<PolicySettings> settings() {
        return settings;
    }

    /** What is wrong with the file as it is now. */
    Optional<String> complaint() {
        return complaint;
    }
}
