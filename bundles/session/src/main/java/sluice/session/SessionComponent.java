package sluice.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.osgi.service.metatype.annotations.Designate;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.platform.api.CounterSet;
import sluice.platform.api.HardwareProfile;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Journal;
import sluice.platform.api.MetricSource;
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
@Designate(ocd = SessionConfig.class)
public final class SessionComponent implements Sessions, PolicyListener {

    private static final int SHARDS_MAX = 16;
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final SessionEngine engine;
    private final Closer closer = new Closer();
    private final Realms realms;
    private volatile Optional<Authenticator> authenticator = Optional.empty();

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
            SessionConfig config) {
        InstantSource clock = InstantSource.system();
        CounterSet<SessionCounter> counters = new CounterSet<>(SessionCounter.class);
        OutageSettings outages = OutageSettings.of(config);
        realms = new Realms(outages.others());
        Outage outage =
                new Outage(outages, journal, clock, MonotonicClock.system().millis());
        ShortLeases leases = new ShortLeases(outages, outage, addresses);
        int shards = shards(config.shards());
        Surroundings with = new Surroundings(
                SessionSettings.of(config, hardware.bngId(), shards),
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
                SessionLimits.Places.of(LimitSettings.of(config)));
        engine = closer.add(new SessionEngine(with, store, source, MonotonicClock.system(), shards));
        ServiceRegistration<MetricSource> metrics = context.registerService(
                MetricSource.class,
                new SessionMetrics(engine.censuses(), outage, engine::tally),
                FrameworkUtil.asDictionary(Map.of()));
        closer.add(metrics::unregister);
        publish(context, new OutageTable(outage, leases, engine::tally, clock));
        publish(context, "session:counters", "What the session engine counted", counters::table);
        publish(context, "session:shards", "The threads that own the sessions", engine::shardTable);
        publish(context, "session:malformed", "Malformed control frames by reason", engine::malformedTable);
        publish(context, "session:ignored", "Control frames without session by reason", engine::ignoredTable);
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
