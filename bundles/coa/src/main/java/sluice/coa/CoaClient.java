package sluice.coa;

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
 * One system that may end and change sessions, {@code sluice.coa.client-NAME.cfg}. When its settings make no sense, or
 * its secret is not to be had, it says so once and is not heard.
 */
@Component(
        service = CoaClient.class,
        configurationPid = "sluice.coa.client",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = CoaClient.Config.class, factory = true)
public final class CoaClient {

    private static final Logger LOG = LoggerFactory.getLogger(CoaClient.class);

    private final String name;
    private final String hosts;
    private final Optional<ClientSettings> settings;
    private final String trouble;

    /** In names of methods {@code __} stands for the underscore of the key and {@code _} for its dot. */
    @ObjectClassDefinition(name = "CoA client")
    @interface Config {
        /** Without a default, which would stand before the one that the configuration gives. */
        @AttributeDefinition(
                required = false,
                description = "Set by the configuration: the name of the file makes the name")
        String service_pid();

        @AttributeDefinition(description = "IP addresses or prefixes it sends from, with commas between them")
        String hosts() default "";

        @AttributeDefinition(description = "Name of the secret that is shared with it")
        String secret() default "";

        @AttributeDefinition(description = "Drop requests without a Message-Authenticator")
        boolean require__message__authenticator() default false;

        @AttributeDefinition(description = "May end sessions")
        boolean disconnect() default true;

        @AttributeDefinition(description = "May change sessions")
        boolean change() default true;
    }

    /** Reads the secret, so it blocks for a file access. */
    @Activate
    public CoaClient(@Reference Secrets secrets, Config config) {
        name = config.service_pid().substring(config.service_pid().indexOf('~') + 1);
        hosts = config.hosts();
        Optional<ClientSettings> usable = Optional.empty();
        String why = "";
        try {
            usable = Optional.of(new ClientSettings(
                    name,
                    AddressRange.parse(hosts),
                    secrets.read(config.secret()),
                    config.require__message__authenticator(),
                    config.disconnect(),
                    config.change()));
        } catch (SecretUnavailable | IllegalArgumentException e) { // a person must act; the other clients go on
            why = String.valueOf(e.getMessage());
            LOG.error("CoA client {} is not heard: {}", name, why);
        }
        settings = usable;
        trouble = why;
    }

    String name() {
        return name;
    }

    /** As configured, whether they make sense or not. */
    String hosts() {
        return hosts;
    }

    /** Empty when it cannot be heard. */
    Optional<ClientSettings> settings() {
        return settings;
    }

    /** Why it cannot be heard; empty when it can. */
    String trouble() {
        return trouble;
    }
}
