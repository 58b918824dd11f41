package sluice.radius;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.Secret;
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

        @AttributeDefinition(description = "udp, or tls (RFC 6614)")
        String transport() default "udp";

        @AttributeDefinition(description = "Port for authentication, 0 for none", min = "0", max = "65535")
        int auth__port() default 1812;

        @AttributeDefinition(description = "Port for accounting, 0 for none", min = "0", max = "65535")
        int acct__port() default 1813;

        @AttributeDefinition(
                required = false,
                description = "Name of the secret that is shared with the server; needed over UDP")
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

        @AttributeDefinition(
                description = "Servers with the lowest number are asked first; those with the same number share")
        int priority() default 10;

        @AttributeDefinition(
                description =
                        "Requests that may wait for each service of this server, 0: as many as there are identifiers",
                min = "0")
        int in__flight__max() default 0;

        @AttributeDefinition(
                required = false,
                description = "Realms whose users this server authenticates, with commas; empty: of all other realms")
        String realms() default "";

        @AttributeDefinition(
                required = false,
                description = "File with the certificates of the server's authorities, PEM; needed for tls")
        String tls__trust() default "";

        @AttributeDefinition(required = false, description = "File with our certificate, PEM; empty: none is shown")
        String tls__certificate() default "";

        @AttributeDefinition(required = false, description = "Name of the secret that holds its key, PEM (PKCS #8)")
        String tls__key() default "";

        @AttributeDefinition(
                required = false,
                description = "Name that the server's certificate must have; empty: its address")
        String tls__name() default "";
    }

    /** Reads the secret, so it blocks for a file access. */
    @Activate
    public RadiusServer(@Reference Secrets secrets, Config config) {
        name = config.service_pid().substring(config.service_pid().indexOf('~') + 1);
        Optional<ServerSettings> usable = Optional.empty();
        String why = "";
        try {
            usable = Optional.of(settings(name, secrets, config));
        } catch (SecretUnavailable | IllegalArgumentException e) { // a person must act; the other servers go on
            why = String.valueOf(e.getMessage());
            LOG.error("RADIUS server {} is not asked: {}", name, why);
        }
        settings = usable;
        trouble = why;
    }

    private static ServerSettings settings(String name, Secrets secrets, Config config) throws SecretUnavailable {
        Optional<TlsSettings> tls = switch (config.transport()) {
            case "udp" -> Optional.empty();
            case "tls" -> Optional.of(tls(secrets, config));
            default -> throw new IllegalArgumentException("transport=" + config.transport() + ", expected udp or tls");
        };
        boolean standard = tls.isPresent() && config.secret().isEmpty();
        return new ServerSettings(
                name,
                InetAddress.ofLiteral(config.host()),
                config.auth__port(),
                config.acct__port(),
                standard
                        ? new Secret(TlsSettings.SECRET.getBytes(StandardCharsets.US_ASCII))
                        : secrets.read(config.secret()),
                Duration.ofMillis(config.timeout__ms()),
                config.retries(),
                config.require__message__authenticator(),
                config.priority(),
                config.in__flight__max(),
                tls,
                realms(config.realms()));
    }

    private static Set<String> realms(String text) {
        return Stream.of(text.split(","))
                .map(realm -> realm.strip().toLowerCase(Locale.ROOT))
                .filter(realm -> !realm.isEmpty())
                .collect(Collectors.toSet());
    }

    private static TlsSettings tls(Secrets secrets, Config config) throws SecretUnavailable {
        if (config.tls__trust().isEmpty()) {
            throw new IllegalArgumentException("transport=tls needs tls_trust");
        }
        Optional<TlsSettings.Identity> identity = Optional.empty();
        if (!config.tls__certificate().isEmpty()) {
            identity = Optional.of(
                    new TlsSettings.Identity(Path.of(config.tls__certificate()), secrets.read(config.tls__key())));
        }
        String expected = config.tls__name().isEmpty() ? config.host() : config.tls__name();
        return TlsSettings.of(Path.of(config.tls__trust()), identity, expected);
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
