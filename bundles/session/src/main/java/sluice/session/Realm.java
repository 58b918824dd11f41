package sluice.session;

import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * Users who have something in common, known by what stands behind the last @ of their name: a file
 * {@code sluice.session.realm-NAME.cfg} each. Immutable.
 */
@Component(
        service = Realm.class,
        configurationPid = "sluice.session.realm",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = Realm.Config.class, factory = true)
public final class Realm {

    private final String name;
    private final OutageRules rules;

    @ObjectClassDefinition(name = "Realm", description = "What becomes of the users of a realm when no server answers")
    @interface Config {
        @AttributeDefinition(description = "What stands behind the last @ of the user names")
        String realm();

        @AttributeDefinition(
                required = false,
                description = OutageKeys.DOWN,
                options = {
                    @Option(label = OutageKeys.DENIED, value = OutageKeys.DENY),
                    @Option(label = OutageKeys.REMEMBERED, value = OutageKeys.CACHED),
                    @Option(label = OutageKeys.ALLOWED, value = OutageKeys.ALLOW),
                    @Option(label = OutageKeys.QUEUED, value = OutageKeys.QUEUE)
                })
        String radius__down() default OutageKeys.DENY;

        @AttributeDefinition(
                required = false,
                description = OutageKeys.UNKNOWN,
                options = {
                    @Option(label = OutageKeys.DENIED, value = OutageKeys.DENY),
                    @Option(label = OutageKeys.ALLOWED, value = OutageKeys.ALLOW),
                    @Option(label = OutageKeys.QUEUED, value = OutageKeys.QUEUE)
                })
        String radius__down__unknown() default OutageKeys.DENY;

        @AttributeDefinition(required = false, description = OutageKeys.POLICY)
        String radius__down__policy() default "";

        @AttributeDefinition(required = false, description = OutageKeys.PROFILE_HOURS, min = "1")
        int profile__hours() default OutageKeys.PROFILE_HOURS_DEFAULT;

        @AttributeDefinition(required = false, description = OutageKeys.QUEUE_SECONDS, min = "1")
        int queue__seconds() default OutageKeys.QUEUE_SECONDS_DEFAULT;
    }

    @Activate
    public Realm(Config config) {
        this(
                config.realm(),
                OutageRules.of(
                        config.radius__down(),
                        config.radius__down__unknown(),
                        config.radius__down__policy(),
                        config.profile__hours(),
                        config.queue__seconds()));
    }

    /** @throws IllegalArgumentException when no user name can have that realm */
    Realm(String name, OutageRules rules) {
        if (name.isBlank() || name.indexOf('@') >= 0) {
            throw new IllegalArgumentException("realm = " + name + ", expected what stands behind the @ of user names");
        }
        this.name = name.strip().toLowerCase(Locale.ROOT);
        this.rules = rules;
    }

    /** In lower case. */
    String name() {
        return name;
    }

    OutageRules rules() {
        return rules;
    }
}
