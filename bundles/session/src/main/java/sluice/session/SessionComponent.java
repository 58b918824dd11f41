package sluice.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.platform.api.CounterSet;
import sluice.platform.api.HardwareProfile;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Journal;
import sluice.platform.api.Store;
import sluice.platform.api.Table;
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressSource;
import sluice.session.api.Authenticator;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.PolicyListener;
import sluice.session.api.PolicySource;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionQuery;
import sluice.session.api.Sessions;

/**
 * The session engine as a component. A changed setting makes a new engine, which recovers everything from the store.
 */
@Component(
        service = {Sessions.class, PolicyListener.class},
        configurationPid = "sluice.session",
        immediate = true)
@Designate(ocd = SessionComponent.Config.class)
public final class SessionComponent implements Sessions, PolicyListener {

    private static final int SHARDS_MAX = 16;
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final SessionEngine engine;
    private final Closer closer = new Closer();
    private final Realms realms;
    private volatile Optional<Authenticator> authenticator = Optional.empty();

    @ObjectClassDefinition(name = "Session engine")
    @interface Config {
        @AttributeDefinition(
                required = false,
                description = "Who says which subscribers are served",
                options = {
                    @Option(label = "RADIUS", value = "radius"),
                    @Option(label = "nobody: all are", value = "none")
                })
        String authentication() default "radius";

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

        @AttributeDefinition(required = false, description = "Most acceptances that are remembered", min = "0")
        int profiles__max() default 100_000;

        @AttributeDefinition(
                required = false,
                description = "With queue: how long a subscriber may wait, seconds",
                min = "1")
        int queue__seconds() default 600;

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
                        "Template of User-Name; fields: {bng} {remote-id} {circuit-id} {mac} {port} {svlan} {cvlan}")
        String user__name() default "{bng}/{remote-id}/{circuit-id}";

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

        @AttributeDefinition(required = false, description = "Control frames per second of one line", min = "1")
        int line__frames__per__second() default 50;

        @AttributeDefinition(
                required = false,
                description = "How long an address that somebody else answers for is out of use, seconds",
                min = "1")
        int quarantine__seconds() default 3_600;

        @AttributeDefinition(
                required = false,
                description = "How long a rejected subscriber is not asked about again, seconds",
                min = "0")
        int reject__hold__seconds() default 5;

        @AttributeDefinition(
                required = false,
                description = "How long setting up a session may take, seconds",
                min = "1")
        int setup__seconds() default 60;
    }

    @Activate
    public SessionComponent(
            BundleContext context,
            @Reference HardwareProfile hardware,
            @Reference DataPlane dataPlane,
            @Reference FrameSource source,
            @Reference FrameSink sink,
            @Reference Journal journal,
            @Reference Store store,
            @Reference AddressSource addresses,
            @Reference PolicySource policies,
            Config config) {
        InstantSource clock = InstantSource.system();
        CounterSet<SessionCounter> counters = new CounterSet<>(SessionCounter.class);
        OutageSettings outages = outages(config);
        realms = new Realms(outages.others());
        Outage outage =
                new Outage(outages, journal, clock, MonotonicClock.system().millis());
        ShortLeases leases = new ShortLeases(outages, outage, addresses);
        int shards = shards(config.shards());
        Surroundings with = new Surroundings(
                settings(config, hardware.bngId()),
                dataPlane,
                sink,
                journal,
                addresses,
                policies,
                () -> authenticator,
                clock,
                boot(),
                RandomGenerator.of("L64X128MixRandom"),
                new SessionIds(clock.millis(), Recovery.largestId(store)),
                counters,
                new Alone(outages, outage, realms, leases, store, Math.ceilDiv(outages.profilesMax(), shards)),
                SessionLimits.Places.of(limits(config)));
        engine = closer.add(new SessionEngine(with, store, source, MonotonicClock.system(), shards));
        publish(context, new OutageTable(outage, leases, engine::tally, clock));
        publish(context, "session:counters", "What the session engine counted", counters::table);
        publish(context, "session:shards", "The threads that own the sessions", engine::shardTable);
        publish(context, "session:malformed", "Malformed control frames by reason", engine::malformedTable);
    }

    @Deactivate
    void close() {
        closer.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindProtocol(AccessProtocol protocol) {
        engine.add(protocol);
    }

    void unbindProtocol(AccessProtocol protocol) {
        engine.remove(protocol);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindRealm(Realm realm) {
        realms.add(realm);
    }

    void unbindRealm(Realm realm) {
        realms.remove(realm);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAuthenticator(Authenticator present) {
        authenticator = Optional.of(present);
    }

    void unbindAuthenticator(Authenticator leaving) {
        authenticator = authenticator.filter(present -> !present.equals(leaving));
    }

    @Override
    public CompletionStage<List<SessionInfo>> list(Predicate<SessionInfo> filter) {
        return engine.list(filter);
    }

    @Override
    public CompletionStage<Optional<SessionInfo>> find(SessionId session) {
        return engine.find(session);
    }

    @Override
    public CompletionStage<List<SessionId>> lookup(SessionQuery query) {
        return engine.lookup(query);
    }

    @Override
    public CompletionStage<CommandResult> submit(Command command) {
        return engine.submit(command);
    }

    @Override
    public void changed(Set<String> policies) {
        engine.changed(policies);
    }

    @Override
    public CompletionStage<Integer> drain() {
        return engine.drain();
    }

    @Override
    public CompletionStage<CommandResult> resume() {
        return engine.resume();
    }

    private static SessionSettings settings(Config config, String bngId) {
        return new SessionSettings(
                bngId,
                one(config.authentication(), "authentication", "radius", "none"),
                new UserNameTemplate(config.user__name(), bngId),
                Duration.ofSeconds(config.interim__seconds()),
                Duration.ofSeconds(config.quarantine__seconds()),
                Duration.ofSeconds(config.reject__hold__seconds()),
                Duration.ofSeconds(config.setup__seconds()),
                config.max__starting(),
                config.max__authenticating(),
                config.line__frames__per__second(),
                Math.max(1, config.interims__per__second() / shards(config.shards())));
    }

    private static OutageSettings outages(Config config) {
        return new OutageSettings(
                OutageRules.of(
                        config.radius__down(),
                        config.radius__down__unknown(),
                        config.radius__down__policy(),
                        config.profile__hours(),
                        config.queue__seconds()),
                config.queue__max(),
                config.profiles__max(),
                config.reauthentications__per__second(),
                Duration.ofSeconds(config.probe__seconds()),
                Duration.ofSeconds(config.retry__seconds()),
                Duration.ofSeconds(config.short__lease__seconds()),
                config.short__lease__percent());
    }

    private static LimitSettings limits(Config config) {
        return new LimitSettings(
                config.max__sessions__per__line(),
                LimitSettings.full("line_full", config.line__full()),
                config.max__sessions__per__user(),
                LimitSettings.full("user_full", config.user__full()),
                config.max__sessions__per__mac(),
                LimitSettings.full("mac_full", config.mac__full()),
                config.line__setups__per__minute());
    }

    private static boolean one(String value, String key, String yes, String no) {
        if (value.equals(yes) || value.equals(no)) {
            return value.equals(yes);
        }
        throw new IllegalArgumentException(key + " = " + value + ", expected " + yes + " or " + no);
    }

    /** Linux names each boot; elsewhere the wall clock alone tells how long a restart took. */
    private static String boot() {
        try {
            return Files.readString(BOOT_ID).trim();
        } catch (IOException e) {
            return "";
        }
    }

    private static int shards(int configured) {
        int wanted = configured > 0 ? configured : Runtime.getRuntime().availableProcessors() / 2;
        return Math.clamp(wanted, 1, SHARDS_MAX);
    }

    private void publish(BundleContext context, String name, String description, Supplier<Table> rows) {
        publish(context, new ShownTable(name, description, rows));
    }

    private void publish(BundleContext context, Inspectable table) {
        ServiceRegistration<Inspectable> registration =
                context.registerService(Inspectable.class, table, FrameworkUtil.asDictionary(Map.of()));
        closer.add(registration::unregister);
    }

    /** A table of the engine. */
    private record ShownTable(String name, String description, Supplier<Table> rows) implements Inspectable {
        @Override
        public Table table() {
            return rows.get();
        }
    }
}
