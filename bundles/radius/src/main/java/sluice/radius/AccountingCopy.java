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
 * A second system that gets a copy of every accounting record, {@code sluice.radius.copy-NAME.cfg}. When its settings
 * make no sense, or its secret is not to be had, it says so once and gets nothing.
 */
@Component(
        service = AccountingCopy.class,
        configurationPid = "sluice.radius.copy",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AccountingCopy.Config.class, factory = true)
public final class AccountingCopy {

    private static final Logger LOG = LoggerFactory.getLogger(AccountingCopy.class);

    private final Optional<ServerSettings> server;

    /** In names of methods {@code __} stands for the underscore of the key and {@code _} for its dot. */
    @ObjectClassDefinition(name = "Copy of RADIUS accounting")
    @interface Config {
        /** Without a default, which would stand before the one that the configuration gives. */
        @AttributeDefinition(
                required = false,
                description = "Set by the configuration: the name of the file makes the name")
        String service_pid();

        @AttributeDefinition(description = "IP address of the server")
        String host() default "";

        @AttributeDefinition(description = "UDP port for accounting", min = "1", max = "65535")
        int acct__port() default 1813;

        @AttributeDefinition(description = "Name of the secret that is shared with the server")
        String secret() default "";

        @AttributeDefinition(description = "Until a record is sent again, milliseconds", min = "10", max = "60000")
        int timeout__ms() default 3000;

        @AttributeDefinition(description = "How often a record is sent before others are tried", min = "1", max = "10")
        int retries() default 3;
    }

    /** Reads the secret, so it blocks for a file access. */
    @Activate
    public AccountingCopy(@Reference Secrets secrets, Config config) {
        String name = config.service_pid().substring(config.service_pid().indexOf('~') + 1);
        Optional<ServerSettings> usable = Optional.empty();
        try {
            usable = Optional.of(new ServerSettings(
                    name,
                    InetAddress.ofLiteral(config.host()),
                    0,
                    config.acct__port(),
                    secrets.read(config.secret()),
                    Duration.ofMillis(config.timeout__ms()),
                    config.retries(),
                    false,
                    0));
        } catch (SecretUnavailable | IllegalArgumentException e) { // a person must act; the servers go on
            LOG.error("RADIUS accounting is not copied to {}: {}", name, e.getMessage());
        }
        server = usable;
    }

    /** Empty when it cannot be reached. */
    Optional<ServerSettings> server() {
        return server;
    }
}
