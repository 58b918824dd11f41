package sluice.radius;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.platform.api.CounterSet;
import sluice.platform.api.EventLog;
import sluice.platform.api.Journal;
import sluice.platform.api.Store;

/**
 * Tells RADIUS what happened to sessions (RFC 2866): to the servers together with the cursor {@code radius}, and to
 * every copy with one of its own, {@code radius-NAME}, so that its outage holds nobody up. Nothing is lost while
 * servers are away, and the event log is the only spool.
 */
@Component(service = RadiusAccounting.class, immediate = true, configurationPid = "sluice.radius.accounting")
@Designate(ocd = RadiusAccounting.Config.class)
public final class RadiusAccounting {

    private static final String CURSOR = "radius";

    private final RadiusClient client;
    private final SpoolSettings settings;
    private final SpoolParts with;
    private final AccountingSpool spool;
    /** By the name of the copy. */
    private final Map<String, Copy> copies = new ConcurrentHashMap<>();

    /** A spool and the loop that only it uses. */
    private record Copy(AccountingSpool spool, RequestLoop loop) implements AutoCloseable {
        @Override
        public void close() {
            spool.close();
            loop.close();
        }
    }

    /** In names of methods {@code __} stands for the underscore of the key. */
    @ObjectClassDefinition(name = "RADIUS accounting")
    @interface Config {
        @AttributeDefinition(
                description =
                        "Accounting records per second at most, to the servers together and to each copy; 0: no limit",
                min = "0",
                max = "1000000")
        int records__per__second() default 2000;

        @AttributeDefinition(description = "Age of the oldest waiting record that raises the alarm, minutes", min = "1")
        int alarm__minutes() default 60;

        @AttributeDefinition(
                description =
                        "Part of the event log's bound that waiting records take and that raises the alarm, percent",
                min = "1",
                max = "100")
        int alarm__percent() default 50;

        @AttributeDefinition(
                description = "For how long a record is tried that servers refuse while they take others, days",
                min = "0")
        int refused__days() default 7;
    }

    /** Begins to read where the cursor stands. */
    @Activate
    public RadiusAccounting(
            @Reference RadiusClient client,
            @Reference EventLog log,
            @Reference Journal journal,
            @Reference Store store,
            Config config) {
        this(
                client,
                new SpoolSettings(
                        config.records__per__second(),
                        Duration.ofMinutes(config.alarm__minutes()),
                        config.alarm__percent(),
                        Duration.ofDays(config.refused__days())),
                new SpoolParts(log, journal, store, MonotonicClock.system(), InstantSource.system()));
    }

    RadiusAccounting(RadiusClient client, SpoolSettings settings, SpoolParts with) {
        this.client = client;
        this.settings = settings;
        this.with = with;
        spool = new AccountingSpool(CURSOR, client.loop(), client.requestSettings(), settings, with, client.counters());
    }

    /** A copy was configured. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindCopy(AccountingCopy copy) {
        copy.server().ifPresent(this::add);
    }

    /** A copy's configuration was removed or is about to change; its cursor stays. */
    void unbindCopy(AccountingCopy copy) {
        copy.server().ifPresent(this::remove);
    }

    void add(ServerSettings server) {
        RequestLoop loop = client.separateLoop();
        loop.add(server);
        String name = CURSOR + "-" + server.name();
        CounterSet<RadiusCounter> counters = new CounterSet<>(RadiusCounter.class);
        AccountingSpool own = new AccountingSpool(name, loop, client.requestSettings(), settings, with, counters);
        copies.put(server.name(), new Copy(own, loop));
    }

    void remove(ServerSettings server) {
        try (Closer closer = new Closer()) {
            copies.computeIfPresent(server.name(), (name, copy) -> {
                closer.add(copy);
                return null;
            });
        }
    }

    /** The one for the servers together, then those for copies. */
    List<AccountingSpool> spools() {
        return Stream.concat(Stream.of(spool), copies.values().stream().map(Copy::spool))
                .toList();
    }

    /** Stops reading; what no server has is read again next time. */
    @Deactivate
    void close() {
        try (Closer closer = new Closer()) {
            copies.values().forEach(closer::add);
            copies.clear();
            closer.add(spool);
        }
    }
}
