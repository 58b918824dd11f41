package sluice.session;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The keys of {@code sluice.session.cfg}; those that realms have too are told in {@link OutageKeys}. */
@ObjectClassDefinition(name = "Session engine")
@interface SessionConfig {
    @AttributeDefinition(
            required = false,
            description = "Who says which subscribers are served",
            options = {@Option(label = "RADIUS", value = "radius"), @Option(label = "nobody: all are", value = "none")})
    String authentication() default "radius";

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

    @AttributeDefinition(required = false, description = "Most acceptances that are remembered", min = "0")
    int profiles__max() default 100_000;

    @AttributeDefinition(required = false, description = OutageKeys.QUEUE_SECONDS, min = "1")
    int queue__seconds() default OutageKeys.QUEUE_SECONDS_DEFAULT;

    @AttributeDefinition(required = false, description = "Most subscribers in the queue", min = "0")
    int queue__max() default 10_000;

    @AttributeDefinition(
            required = false,
            description = "How many are asked about again in a second when RADIUS is back",
            min = "1")
    int reauthentications__per__second() default 50;

    @AttributeDefinition(
            required = false,
            description = "Time between questions that find out whether RADIUS is back, seconds",
            min = "1")
    int probe__seconds() default 5;

    @AttributeDefinition(
            required = false,
            description = "Until a question that got lost is repeated, seconds; doubles five times",
            min = "1")
    int retry__seconds() default 2;

    @AttributeDefinition(
            required = false,
            description = "Lease from a nearly full pool while no RADIUS server answers, seconds",
            min = "60")
    int short__lease__seconds() default 300;

    @AttributeDefinition(
            required = false,
            description = "From when on a pool is nearly full, percent; 101: never",
            min = "1",
            max = "101")
    int short__lease__percent() default 90;

    @AttributeDefinition(
            required = false,
            description =
                    "Template of User-Name; fields: {bng} {remote-id} {circuit-id} {ont-serial} {realm} {mac} {port}"
                            + " {svlan} {cvlan}")
    String user__name() default UserNameTemplate.FALLBACK;

    @AttributeDefinition(required = false, description = "What {realm} in user_name stands for")
    String realm() default "";

    @AttributeDefinition(required = false, description = "Time between interim records, seconds", min = "1")
    int interim__seconds() default 300;

    @AttributeDefinition(
            required = false,
            description = "Most interim records per second; more are spread over time",
            min = "1")
    int interims__per__second() default 2_000;

    @AttributeDefinition(required = false, description = "Threads that own sessions; 0 = half of the cores")
    int shards() default 0;

    @AttributeDefinition(required = false, description = "Most sessions of one access line", min = "1")
    int max__sessions__per__line() default 8;

    @AttributeDefinition(
            required = false,
            description = "What happens when a line has them",
            options = {
                @Option(label = "the new session is refused", value = "refuse"),
                @Option(label = "the oldest one ends", value = "replace")
            })
    String line__full() default "refuse";

    @AttributeDefinition(required = false, description = "Most sessions of one user name; 0: no limit", min = "0")
    int max__sessions__per__user() default 0;

    @AttributeDefinition(
            required = false,
            description = "What happens when a user name has them",
            options = {
                @Option(label = "the new session is refused", value = "refuse"),
                @Option(label = "the oldest one ends", value = "replace")
            })
    String user__full() default "refuse";

    @AttributeDefinition(
            required = false,
            description = "Most sessions of one MAC address, on whatever lines; 0: no limit",
            min = "0")
    int max__sessions__per__mac() default 0;

    @AttributeDefinition(
            required = false,
            description = "What happens when a MAC address has them",
            options = {
                @Option(label = "the new session is refused", value = "refuse"),
                @Option(label = "the oldest one ends", value = "replace")
            })
    String mac__full() default "refuse";

    @AttributeDefinition(
            required = false,
            description = "Sessions that one line may begin in a minute; 0: no limit",
            min = "0")
    int line__setups__per__minute() default 0;

    @AttributeDefinition(required = false, description = "Most sessions being set up, per shard", min = "1")
    int max__starting() default 20_000;

    @AttributeDefinition(required = false, description = "Most open questions to RADIUS, per shard", min = "1")
    int max__authenticating() default 10_000;

    @AttributeDefinition(
            required = false,
            description =
                    "Control frames per second of one line, or of one device where there is no C-VLAN; twice as many"
                            + " at once; PPP counts apart from all else",
            min = "1")
    int line__frames__per__second() default 50;

    @AttributeDefinition(
            required = false,
            description = "Answers per second to frames of one line that belong to no session; twice as many at once",
            min = "1")
    int line__answers__per__second() default 25;

    @AttributeDefinition(
            required = false,
            description = "Answers per second to frames that belong to no session; twice as many at once",
            min = "1")
    int answers__per__second() default 10_000;

    @AttributeDefinition(
            required = false,
            description = "How long an address that somebody else answers for is out of use, seconds",
            min = "1")
    int quarantine__seconds() default 3_600;

    @AttributeDefinition(
            required = false,
            description = "Pool of the IPv6 prefix of the link where RADIUS names neither; empty: there is none")
    String framed__ipv6__pool() default "";

    @AttributeDefinition(
            required = false,
            description = "Pool of the delegated IPv6 prefix where RADIUS names neither; empty: there is none")
    String delegated__ipv6__prefix__pool() default "";

    @AttributeDefinition(
            required = false,
            description = "How long a rejected subscriber is not asked about again, seconds",
            min = "0")
    int reject__hold__seconds() default 5;

    @AttributeDefinition(
            required = false,
            description =
                    "Rejections of one line in a minute, whatever its devices; then it begins no sessions until one"
                            + " is forgiven; 0: no limit",
            min = "0")
    int line__rejects__per__minute() default 30;

    @AttributeDefinition(required = false, description = "How long setting up a session may take, seconds", min = "1")
    int setup__seconds() default 60;
}
