package sluice.radius;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.SecretUnavailable;
import sluice.platform.api.Secrets;

/**
 * One configured RADIUS server, {@code sluice.radius.server-NAME.cfg}. When its settings make no sense, or its secret
 * is not to be had, it says so once and is not asked.
 */
@Component(
        service = RadiusServer.class,
        configurationPid = "sluice.radius.server",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RadiusServer.Config.class, factory = true)
public final class RadiusServer {

    private static final Logger LOG = LoggerFactory.getLogger(RadiusServer.class);

    private final String name;
    private final Optional<ServerSettings> settings;
    private final String trouble;

    /** In names of methods {@code __} stands for the underscore of the key and {@code _} for its dot. */
    @ObjectClassDefinition(name = "RADIUS server")
    @interface Config {
        /** Without a default, which would stand before the one that the configuration gives. */
        @AttributeDefinition(
                required = false,
                description = "Set by the configuration: the name of the file makes the name")
        String service_pid();

        @AttributeDefinition(description = "IP address of the server")
        String host() default "";

        @AttributeDefinition(description = "UDP port for authentication, 0 for none", min = "0", max = "65535")
        int auth__port() default 1812;

        @AttributeDefinition(description = "UDP port for accounting, 0 for none", min = "0", max = "65535")
        int acct__port() default 1813;

        @AttributeDefinition(description = "Name of the secret that is shared with the server")
        String secret() default "";

        @AttributeDefinition(description = "Until a request is sent again, milliseconds", min = "10", max = "60000")
        int timeout__ms() default 3000;

        @AttributeDefinition(
                description = "How often a request is sent before the next server is asked",
                min = "1",
                max = "10")
        int retries() default 3;

        @AttributeDefinition(description = "Refuse verdicts without a Message-Authenticator (CVE-2024-3596)")
        boolean require__message__authenticator() default true;

        @AttributeDefinition(description = "The server with the lowest number is asked first")
        int priority() default 10;
    }

    /** Reads the secret, so it blocks for a file access. */
    @Activate
    public RadiusServer(@Reference Secrets secrets, Config config) {
        name = config.service_pid().substring(config.service_pid().indexOf('~') + 1);
        Optional<ServerSettings> usable = Optional.empty();
        String why = "";
        try {
            usable = Optional.of(new ServerSettings(
                    name,
                    InetAddress.ofLiteral(config.host()),
                    config.auth__port(),
                    config.acct__port(),
                    secrets.read(config.secret()),
                    Duration.ofMillis(config.timeout__ms()),
                    config.retries(),
                    config.require__message__authenticator(),
                    config.priority()));
        } catch (SecretUnavailable | IllegalArgumentException e) { // a person must act; the other servers go on
            why = String.valueOf(e.getMessage());
            LOG.error("RADIUS server {} is not asked: {}", name, why);
        }
        settings = usable;
        trouble = why;
    }

    String name() {
        return name;
    }

    /** Empty when the server cannot be asked. */
    Optional<ServerSettings> settings() {
        return settings;
    }

    /** Why it cannot be asked; empty when it can. */
    String trouble() {
        return trouble;
    }
}
