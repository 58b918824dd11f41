package sluice.itests;

import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.doNotModifyLogConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;

import java.io.File;
import java.io.IOException;
import org.ops4j.pax.exam.ConfigurationFactory;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.options.extra.VMOption;

/** How the appliance is set up for the test: the lab's profile, two interfaces that lead nowhere, no authentication. */
public final class ApplianceOptions implements ConfigurationFactory {
    /** For the service loader. */
    public ApplianceOptions() {}

    @Override
    public Option[] createConfiguration() {
        try {
            Interfaces.add();
        } catch (IOException e) {
            throw new IllegalStateException("ip cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return options(System.getProperty("karaf.version"));
    }

    private static Option[] options(String karaf) {
        return new Option[] {
            karafDistributionConfiguration()
                    .frameworkUrl(new File(System.getProperty("sluice.appliance"))
                            .toURI()
                            .toString())
                    .karafVersion(karaf)
                    .name("Sluice")
                    .unpackDirectory(AfterTheProfile.APPLIANCES.toFile())
                    .useDeployFolder(false),
            configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
            doNotModifyLogConfiguration(),
            keepRuntimeFolder(),
            put("org.ops4j.pax.url.mvn", "org.ops4j.pax.url.mvn.defaultRepositories", repositories()),
            put("sluice.hardware", "profile", "lab"),
            put("sluice.hardware", "nas_ip", "192.0.2.1"),
            put("sluice.hardware", "access", Interfaces.ACCESS),
            put("sluice.hardware", "core", Interfaces.CORE),
            put("sluice.session", "authentication", "none"),
            put("sluice.pools-home", "name", "home"),
            put("sluice.pools-home", "network", "198.51.100.0/24"),
            put("sluice.pools-home", "gateway", "198.51.100.1"),
            put("sluice.dataplane.xdp", "core_gateway", "192.0.2.2"),
            put("sluice.dataplane.xdp", "pin_directory", Interfaces.PINS),
            new VMOption("-Xmx256m"),
            new VMOption("-XX:+UseSerialGC"),
            new VMOption("--enable-native-access=ALL-UNNAMED"),
            new VMOption("--sun-misc-unsafe-memory-access=allow"),
            new VMOption("-classpath"),
            new VMOption(String.join(
                    File.pathSeparator,
                    "lib/boot/org.apache.karaf.main-" + karaf + ".jar",
                    "lib/boot/org.apache.karaf.jaas.boot-" + karaf + ".jar",
                    "lib/boot/osgi.core-8.0.0.jar",
                    "lib/boot/sluice-jdk25-1.0.0.jar",
                    "lib/jdk9plus/*")),
        };
    }

    private static String repositories() {
        return "${karaf.home.uri}system@id=system.repository,"
                + new File(System.getProperty("sluice.exam.repository")).toURI() + "@id=exam";
    }

    private static Option put(String pid, String key, String value) {
        return editConfigurationFilePut("etc/" + pid + ".cfg", key, value);
    }
}
