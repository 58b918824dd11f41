package sluice.telemetry;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Closer;
import sluice.platform.api.EventLog;
import sluice.platform.api.HardwareProfile;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Secrets;

/**
 * Takes events from the log to Redis and to PostgreSQL: one Camel route for each, with a cursor of its own, so that one
 * that is away does not hold the other up.
 */
@Component(configurationPid = "sluice.telemetry", immediate = true, service = Telemetry.class)
@Designate(ocd = Telemetry.Config.class)
public final class Telemetry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
    private static final int BATCH_MAX = 500;
    private static final long STOP_SECONDS = 5;

    /** Settings, {@code etc/sluice.telemetry.cfg}; two underscores here are one there. */
    @ObjectClassDefinition(name = "Telemetry")
    @interface Config {
        @AttributeDefinition(description = "Host of the Redis server; empty: no stream")
        String redis__host() default "";

        @AttributeDefinition(description = "Port of the Redis server", min = "1", max = "65535")
        int redis__port() default 6379;

        @AttributeDefinition(description = "Name of the secret that is the password of Redis; empty: none")
        String redis__secret() default "";

        @AttributeDefinition(description = "Key of the Redis stream")
        String stream() default "bng_events";

        @AttributeDefinition(description = "Host of the PostgreSQL server; empty: no tables")
        String postgresql__host() default "";

        @AttributeDefinition(description = "Port of the PostgreSQL server", min = "1", max = "65535")
        int postgresql__port() default 5432;

        @AttributeDefinition(description = "Name of the database")
        String postgresql__database() default "oss";

        @AttributeDefinition(
                description = "User of the database; owns it, for the tables are made when they are missing")
        String postgresql__user() default "sluice";

        @AttributeDefinition(description = "Name of the secret that is the user's password; empty: none")
        String postgresql__secret() default "";

        @AttributeDefinition(description = "How long events stay in the database, days", min = "1")
        int retention__days() default 30;

        @AttributeDefinition(description = "How long closed sessions stay in the database, days", min = "1")
        int history__days() default 365;
    }

    private final Closer closer = new Closer();
    private final Map<String, SinkStatus> statuses = new LinkedHashMap<>();
    private final SinkTable table;

    /** For Declarative Services. */
    @Activate
    public Telemetry(
            BundleContext context,
            @Reference EventLog log,
            @Reference HardwareProfile profile,
            @Reference Secrets secrets,
            Config config) {
        this(
                log,
                new Gateway(
                        profile.bngId(), log.instanceId(), profile.nasAddress().toString()),
                secrets,
                InstantSource.system(),
                redis(config),
                postgres(config));
        ServiceRegistration<Inspectable> registration = context.registerService(Inspectable.class, table, null);
        closer.add(registration::unregister);
    }

    /** Starts a route for each sink that there is. */
    Telemetry(
            EventLog log,
            Gateway gateway,
            Secrets secrets,
            InstantSource clock,
            Optional<RedisSettings> redis,
            Optional<PostgresSettings> postgres) {
        table = new SinkTable(log, statuses);
        List<SinkProcessor> ends = new ArrayList<>();
        List<String> names = new ArrayList<>();
        redis.ifPresent(settings -> {
            SinkStatus status = status("redis");
            names.add("redis");
            ends.add(new SinkProcessor(gateway, new RedisSink(settings, gateway, secrets, status.counters()), status));
        });
        postgres.ifPresent(settings -> {
            SinkStatus status = status("postgresql");
            names.add("postgresql");
            ends.add(new SinkProcessor(
                    gateway, new PostgresSink(settings, gateway, secrets, clock, status.counters()), status));
        });
        try {
            start(log, names, ends);
        } catch (RuntimeException failure) {
            throw closer.closeAfter(failure);
        }
    }

    /** What the operator sees. */
    SinkTable table() {
        return table;
    }

    /** Cuts the connections, ends the routes and their threads. */
    @Deactivate
    @Override
    public void close() {
        closer.close();
    }

    private SinkStatus status(String name) {
        SinkStatus status = new SinkStatus(name);
        statuses.put(name, status);
        return status;
    }

    private void start(EventLog log, List<String> names, List<SinkProcessor> ends) {
        DefaultCamelContext camel = new DefaultCamelContext(false);
        closer.add(camel::stop);
        closer.add(() -> ends.forEach(SinkProcessor::close)); // before: what is under way fails at once
        camel.setApplicationContextClassLoader(DefaultCamelContext.class.getClassLoader());
        camel.getCamelContextExtension().setName("sluice-telemetry");
        camel.setStartupSummaryLevel(StartupSummaryLevel.Off);
        camel.disableJMX();
        camel.getShutdownStrategy().setTimeout(STOP_SECONDS);
        camel.getShutdownStrategy().setTimeUnit(TimeUnit.SECONDS);
        camel.getShutdownStrategy().setShutdownNowOnTimeout(true);
        camel.addComponent(EventLogComponent.SCHEME, new EventLogComponent(log, BATCH_MAX));
        try {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    for (int i = 0; i < names.size(); i++) {
                        String name = names.get(i);
                        from(EventLogComponent.SCHEME + ":" + name)
                                .routeId(name)
                                .errorHandler(noErrorHandler())
                                .process(ends.get(i));
                    }
                }
            });
            camel.start();
            LOG.info("Events go to {}", names.isEmpty() ? "nobody: no host is set" : names);
        } catch (Exception failure) { // Camel declares nothing narrower
            throw new IllegalStateException("The routes of telemetry do not start: " + failure.getMessage(), failure);
        }
    }

    private static Optional<RedisSettings> redis(Config config) {
        return config.redis__host().isEmpty()
                ? Optional.empty()
                : Optional.of(new RedisSettings(
                        config.redis__host(), config.redis__port(), config.redis__secret(), config.stream()));
    }

    private static Optional<PostgresSettings> postgres(Config config) {
        return config.postgresql__host().isEmpty()
                ? Optional.empty()
                : Optional.of(new PostgresSettings(
                        config.postgresql__host(),
                        config.postgresql__port(),
                        config.postgresql__database(),
                        config.postgresql__user(),
                        config.postgresql__secret(),
                        config.retention__days(),
                        config.history__days()));
    }
}
