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
                description = "What happens to new subscribers when no RADIUS server answers",
                options = {
                    @Option(label = "refused", value = "deny"),
                    @Option(label = "served as accepted the last time", value = "cached"),
                    @Option(label = "served with a default policy", value = "allow"),
                    @Option(label = "kept waiting", value = "queue")
                })
        String radius__down() default "deny";

        @AttributeDefinition(
                required = false,
                description = "With cached: what happens to those of whom nothing is remembered",
                options = {
                    @Option(label = "refused", value = "deny"),
                    @Option(label = "served with a default policy", value = "allow"),
                    @Option(label = "kept waiting", value = "queue")
                })
        String radius__down__unknown() default "deny";

        @AttributeDefinition(
                required = false,
                description = "Policy of those who are served without an answer; empty: the default policy")
        String radius__down__policy() default "";

        @AttributeDefinition(
                required = false,
                description = "With cached: how old an acceptance may be, hours",
                min = "1")
        int profile__hours() default 24;

        @AttributeDefinition(
                required = false,
                description = "With queue: how long a subscriber may wait, seconds",
                min = "1")
        int queue__seconds() default 600;
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
