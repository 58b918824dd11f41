package sluice.hardware;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.features.FeaturesService;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Closer;
import sluice.platform.api.HardwareProfile;
import sluice.platform.api.Inspectable;

/**
 * Makes of a machine a gateway: recognises it, checks it, publishes its {@link HardwareProfile} and installs what the
 * profile runs. A machine that does not fit ends the process with one message and {@link #EXIT_STATUS}.
 *
 * <p>Thread {@code sluice-hardware} installs and, if it must, ends the process; it lives no longer than that.
 */
@Component(
        configurationPid = "sluice.hardware",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = {})
@Designate(ocd = Hardware.Config.class)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"sluice.platform.api.HardwareProfile\"")
public final class Hardware {
    /** {@code EX_CONFIG} of sysexits(3). */
    static final int EXIT_STATUS = 78;

    private static final Logger LOG = LoggerFactory.getLogger(Hardware.class);
    private static final long PAUSE_SECONDS = 2;

    @ObjectClassDefinition(name = "Hardware")
    @interface Config {
        @AttributeDefinition(description = "Name of a hardware profile, or auto to recognise the machine")
        String profile() default ProfileChoice.AUTO;

        @AttributeDefinition(description = "Name of this gateway towards RADIUS and the event stream")
        String bng__id() default "bng-01";

        @AttributeDefinition(description = "IPv4 address of this gateway: NAS-IP-Address and nas_ip")
        String nas__ip() default "";

        @AttributeDefinition(
                description =
                        "Access interfaces in place of those of the profile, comma-separated; sessions know them by"
                                + " position: append only")
        String access() default "";

        @AttributeDefinition(description = "Core interfaces in place of those of the profile, comma-separated")
        String core() default "";
    }

    private final BundleContext context;
    private final FeatureLoader loader;
    private final Thread thread;
    private final Closer closer = new Closer();
    private final CountDownLatch closing = new CountDownLatch(1);

    /** For declarative services. Publishes at once; installing goes on behind. */
    @Activate
    public Hardware(@Reference FeaturesService features, BundleContext context, Config config) {
        this.context = context;
        loader = new FeatureLoader(features, context.getDataFile("features").toPath(), this::pause);
        thread = Thread.ofPlatform().name("sluice-hardware").daemon().unstarted(task(config));
        thread.start();
    }

    private Runnable task(Config config) {
        try {
            Profile profile = recognise(config);
            return () -> load(profile);
        } catch (UnfitHardware e) {
            return () -> refuse(e);
        }
    }

    private Profile recognise(Config config) throws UnfitHardware {
        HardwareSettings settings = HardwareSettings.of(config);
        Machine machine = new MachineReader(Path.of("/")).read();
        Path profiles = Path.of(context.getProperty("karaf.etc"), "hw-profiles");
        Profile profile = new ProfileChoice(new ProfileReader().readAll(profiles))
                .choose(settings.profile(), machine)
                .on(settings.access(), settings.core());
        ProfileChoice.check(profile, machine);
        LOG.info("This machine {}; hardware profile {}", machine.describe(), profile.name());
        publish(profile, settings, machine);
        return profile;
    }

    private void publish(Profile profile, HardwareSettings settings, Machine machine) {
        HardwareProfile published = new HardwareProfile(
                profile.name(), settings.bngId(), settings.nasAddress(), profile.access(), profile.core());
        register(HardwareProfile.class, published);
        register(Inspectable.class, new MachineTable(published, machine));
    }

    private <S> void register(Class<S> type, S service) {
        closer.add(context.registerService(type, service, FrameworkUtil.asDictionary(Map.of()))::unregister);
    }

    private void load(Profile profile) {
        try {
            loader.load(profile);
        } catch (UnfitHardware e) {
            refuse(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stopped, or replaced by one with other settings, which goes on
        }
    }

    private void pause() throws InterruptedException {
        if (closing.await(PAUSE_SECONDS, TimeUnit.SECONDS)) {
            throw new InterruptedException();
        }
    }

    /**
     * Tells the operator on the terminal and in the log, once, and ends the process. From a thread that nobody waits
     * for: the exit stops the framework, which waits for this component.
     */
    private void refuse(UnfitHardware reason) {
        if (isOver()) {
            return;
        }
        LOG.error("{}. The gateway does not start.", reason.getMessage());
        System.err.println("sluice: " + reason.getMessage() + ". The gateway does not start.");
        Thread.ofPlatform().name("sluice-exit").start(() -> Runtime.getRuntime().exit(EXIT_STATUS));
    }

    /**
     * Says whether this component's opinion no longer counts: it is being closed, and Karaf takes the interrupt for a
     * feature that is not there; or the framework stops, and it was only made again because services went.
     */
    private boolean isOver() {
        return closing.getCount() == 0
                || context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.STOPPING;
    }

    @Deactivate
    void close() throws InterruptedException {
        closing.countDown();
        thread.interrupt();
        thread.join();
        closer.close();
    }
}
