package sluice.jdk25;

import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.hooks.weaving.WeavingHook;

/** Puts the {@link SubjectWeaver} in place while the framework starts; the framework removes it when it stops. */
public final class Jdk25Extension implements BundleActivator {

    /** Called by the framework. */
    public Jdk25Extension() {}

    @Override
    public void start(BundleContext context) {
        context.registerService(WeavingHook.class, new SubjectWeaver(), FrameworkUtil.asDictionary(Map.of()));
    }

    @Override
    public void stop(BundleContext context) {
        // the framework unregisters the hook
    }
}
