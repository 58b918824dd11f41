package sluice.telemetry;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.CounterSet;
import sluice.platform.api.SecretUnavailable;
import sluice.platform.api.Secrets;
import sluice.session.api.SessionEvent;

/**
 * The OSS database. The events of a batch and what follows from them enter in one transaction; what follows is done
 * only for events that were not there before, so a replay changes nothing.
 *
 * <p>An event that PostgreSQL refuses (text with NUL, a number that is none) does not block the others: it is kept as
 * raw data.
 */
final class PostgresSink implements EventSink {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresSink.class);
    private static final String NAME = "postgresql";
    private static final Duration CLEANING = Duration.ofHours(1);

    private final PostgresSettings settings;
    private final Gateway gateway;
    private final InstantSource clock;
    private final CounterSet<SinkCounter> counters;
    private final OssDatabase database;
    private final Partitions eventPartitions;
    private final Partitions historyPartitions;
    private final Partitions healthPartitions;
    private Instant nextCleaning = Instant.MIN;

    PostgresSink(
            PostgresSettings settings,
            Gateway gateway,
            Secrets secrets,
            InstantSource clock,
            CounterSet<SinkCounter> counters) {
        this.settings = settings;
        this.gateway = gateway;
        this.clock = clock;
        this.counters = counters;
        database = new OssDatabase(settings, secrets, "sluice-" + gateway.bngId());
        eventPartitions = new Partitions("session_events", false, settings.retentionDays());
        historyPartitions = new Partitions("sessions_history", true, settings.historyDays());
        healthPartitions = new Partitions("bng_health_events", false, settings.retentionDays());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void deliver(List<StreamRecord> events) throws SinkUnavailable {
        try (Connection connection = database.connection()) {
            keepPartitions(connection, events);
            if (events.isEmpty()) {
                return;
            }
            try {
                store(connection, events);
            } catch (SQLException refused) {
                connection.rollback();
                if (!isAboutData(refused)) {
                    throw refused;
                }
                storeOneByOne(connection, events);
            }
        } catch (SQLException | SecretUnavailable failure) {
            database.disconnect();
            eventPartitions.forget();
            historyPartitions.forget();
            healthPartitions.forget();
            throw new SinkUnavailable(settings.host() + ":" + settings.port() + ": " + failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        database.close();
    }

    private void store(Connection connection, List<StreamRecord> events) throws SQLException {
        Set<Long> inserted = EventTable.insert(connection, gateway, events);
        List<StreamRecord> fresh = events.stream()
                .filter(event -> inserted.contains(event.sequence()))
                .toList();
        SessionTables.apply(connection, fresh);
        ApplianceTables.apply(connection, gateway, fresh);
        connection.commit();
        counters.add(SinkCounter.SENT, fresh.size());
        counters.add(SinkCounter.REPEATED, events.size() - fresh.size());
    }

    private void storeOneByOne(Connection connection, List<StreamRecord> events) throws SQLException {
        for (StreamRecord event : events) {
            try {
                store(connection, List.of(event));
            } catch (SQLException refused) {
                connection.rollback();
                if (!isAboutData(refused)) {
                    throw refused;
                }
                storeRaw(connection, event, refused);
            }
        }
    }

    private void storeRaw(Connection connection, StreamRecord event, SQLException reason) throws SQLException {
        try {
            EventTable.insertRaw(connection, gateway, List.of(event));
            connection.commit();
            counters.count(SinkCounter.DAMAGED);
            LOG.warn(
                    "Event {} ({}) is kept as raw data only, PostgreSQL refuses it: {}",
                    event.sequence(),
                    event.type(),
                    reason.getMessage());
        } catch (SQLException refused) {
            connection.rollback();
            if (!isAboutData(refused)) {
                throw refused;
            }
            counters.count(SinkCounter.DROPPED);
            LOG.error("Event {} is lost, PostgreSQL refuses it even as raw data: {}", event, refused.getMessage());
        }
    }

    private void keepPartitions(Connection connection, List<StreamRecord> events) throws SQLException {
        Instant now = clock.instant();
        try {
            List<Instant> times = events.stream().map(StreamRecord::time).toList();
            eventPartitions.ensure(connection, times, now);
            healthPartitions.ensure(connection, times, now);
            historyPartitions.ensure(
                    connection,
                    events.stream()
                            .filter(event -> event.type().equals(SessionEvent.STOP))
                            .map(StreamRecord::time)
                            .toList(),
                    now);
            if (now.isAfter(nextCleaning)) {
                drop(connection, now);
                nextCleaning = now.plus(CLEANING);
            }
            connection.commit();
        } catch (SQLException failure) {
            connection.rollback();
            if (!isAboutData(failure)) { // the default partition has such rows already and keeps taking them
                throw failure;
            }
            LOG.warn("No partition of its own for some events: {}", failure.getMessage());
        }
    }

    private void drop(Connection connection, Instant now) throws SQLException {
        for (Partitions partitions : List.of(eventPartitions, historyPartitions, healthPartitions)) {
            List<String> dropped = partitions.drop(connection, now);
            if (!dropped.isEmpty()) {
                LOG.info("Dropped what is older than its retention: {}", dropped);
            }
        }
    }

    /** Data exceptions (22), violated constraints (23), rows that meet twice (21): not the server's fault. */
    private static boolean isAboutData(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("21");
    }
}
