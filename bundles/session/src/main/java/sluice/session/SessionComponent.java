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
                options = {@Option(label = "refused", value = "deny"), @Option(label = "served", value = "allow")})
        String radius__down() default "deny";

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
                counters);
        engine = closer.add(new SessionEngine(with, store, source, MonotonicClock.system(), shards(config.shards())));
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
                one(config.radius__down(), "radius_down", "allow", "deny"),
                new UserNameTemplate(config.user__name(), bngId),
                Duration.ofSeconds(config.interim__seconds()),
                Duration.ofSeconds(config.quarantine__seconds()),
                Duration.ofSeconds(config.reject__hold__seconds()),
                Duration.ofSeconds(config.setup__seconds()),
                config.max__sessions__per__line(),
                config.max__starting(),
                config.max__authenticating(),
                config.line__frames__per__second(),
                Math.max(1, config.interims__per__second() / shards(config.shards())));
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
        ServiceRegistration<Inspectable> registration = context.registerService(
                Inspectable.class, new ShownTable(name, description, rows), FrameworkUtil.asDictionary(Map.of()));
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
