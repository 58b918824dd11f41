package sluice.qos;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.session.api.Policy;

/** A policy of the operator, {@code sluice.qos-NAME.cfg}. One that has the name of a built-in policy replaces it. */
@Component(
        service = OwnPolicy.class,
        configurationPid = "sluice.qos",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = OwnPolicy.Config.class, factory = true)
public final class OwnPolicy {

    /** 80 ms of the rate, as the built-in policies have it. */
    private static final long DOWNLOAD_BURST_MILLIS = 80;

    private static final long DOWNLOAD_BURST_MIN = 15_000;
    private static final long RATE_MAX_KBPS = 1_000_000_000;
    private static final long BURST_MAX_KBYTES = 1_000_000;

    private final Policy policy;
    private final String garden;

    /** In names of methods {@code __} stands for the underscore of the key. */
    @ObjectClassDefinition(name = "Policy")
    @interface Config {
        @AttributeDefinition(description = "Name, as Filter-Id gives it")
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
                description = "Name of the walled garden in which its subscribers are kept; empty: in none")
        String garden() default "";

        @AttributeDefinition(description = "Whether its subscribers are online and reach nothing at all")
        boolean blocked() default false;
    }

    /**
     * A policy as configured.
     *
     * @throws IllegalArgumentException when the settings make no policy; it is not there then
     */
    @Activate
    public OwnPolicy(Config config) {
        this(
                of(
                        config.name(),
                        config.download__kbps(),
                        config.upload__kbps(),
                        config.download__burst__kbytes(),
                        config.upload__burst__kbytes()),
                config.garden().trim(),
                config.blocked());
    }

    OwnPolicy(Policy policy) {
        this(policy, "", false);
    }

    OwnPolicy(Policy rates, String garden, boolean blocked) {
        if (blocked && !garden.isEmpty()) {
            throw new IllegalArgumentException("Policy " + rates.name() + " blocks and names a garden, expected one");
        }
        Treatment treatment = rates.treatment();
        if (blocked) {
            treatment = treatment.withAccess(Treatment.Access.BLOCKED, 0);
        } else if (!garden.isEmpty()) {
            treatment = treatment.withAccess(Treatment.Access.WALLED, OwnGarden.idOf(garden));
        }
        this.policy = new Policy(rates.name(), rates.download(), rates.upload(), treatment);
        this.garden = garden;
    }

    /** The walled garden of its subscribers, empty for none. */
    String garden() {
        return garden;
    }

    Policy policy() {
        return policy;
    }

    static Policy of(String name, long download, long upload, long downloadBurst, long uploadBurst) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A policy needs a name");
        }
        checkRate(download);
        checkRate(upload);
        checkBurst(downloadBurst);
        checkBurst(uploadBurst);
        long downloadBits = download * 1000;
        long uploadBits = upload * 1000;
        long downloadBytes = downloadBurst > 0
                ? downloadBurst * 1000
                : Math.max(downloadBits / 8 * DOWNLOAD_BURST_MILLIS / 1000, DOWNLOAD_BURST_MIN);
        long uploadBytes = uploadBurst > 0 ? uploadBurst * 1000 : PolicyTable.uploadBurst(uploadBits);
        return new Policy(
                name,
                download == 0 ? Policer.UNLIMITED : new Policer(downloadBits, downloadBytes),
                upload == 0 ? Policer.UNLIMITED : new Policer(uploadBits, uploadBytes));
    }

    private static void checkRate(long kbps) {
        if (kbps < 0 || kbps > RATE_MAX_KBPS) {
            throw new IllegalArgumentException("Rate of " + kbps + " kbit/s, expected 0.." + RATE_MAX_KBPS);
        }
    }

    private static void checkBurst(long kbytes) {
        if (kbytes < 0 || kbytes > BURST_MAX_KBYTES) {
            throw new IllegalArgumentException("Burst of " + kbytes + " kB, expected 0.." + BURST_MAX_KBYTES);
        }
    }
}
