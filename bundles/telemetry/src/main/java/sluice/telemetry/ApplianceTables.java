package sluice.telemetry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * {@code bng_registry}, {@code access_routers} and {@code bng_health_events}: what events say of the appliance itself.
 */
final class ApplianceTables {
    private static final String ROUTER_UPDATE = "ROUTER_UPDATE";
    private static final String HEALTH_UPDATE = "BNG_HEALTH_UPDATE";

    private static final String SEEN =
            "insert into bng_registry (bng_id, bng_instance_id, first_seen, last_seen, is_alive)"
                    + " values (?, ?, ?::timestamptz, ?::timestamptz, true) on conflict (bng_id) do update set"
                    + " bng_instance_id = excluded.bng_instance_id, is_alive = true,"
                    + " last_seen = greatest(bng_registry.last_seen, excluded.last_seen)";

    private static final String ROUTER =
            "insert into access_routers (router_name, bng_id, is_alive, last_seen, last_ping) values (?, ?, nullif(?,"
                + " '')::boolean, nullif(?, '')::timestamptz, ?::timestamptz) on conflict (router_name) do update set"
                + " bng_id = excluded.bng_id, is_alive = excluded.is_alive, last_seen = coalesce(excluded.last_seen,"
                + " access_routers.last_seen), last_ping = excluded.last_ping";

    private static final String HEALTH = "insert into bng_health_events"
            + " (bng_id, bng_instance_id, ts, cpu_usage, mem_usage, mem_max, raw_data) values (?, ?, ?::timestamptz,"
            + " nullif(?, '')::float8, nullif(?, '')::float8, nullif(?, '')::float8, ?::jsonb) on conflict do nothing";

    private static final String HEALTH_NOW = "update bng_registry set cpu_usage = nullif(?, '')::float8,"
            + " mem_usage = nullif(?, '')::float8, mem_max = nullif(?, '')::float8 where bng_id = ?";

    private ApplianceTables() {}

    /** Applies events that are new, in order. */
    static void apply(Connection connection, Gateway gateway, List<StreamRecord> events) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        String first = events.getFirst().field(StreamRecord.TS);
        String last = events.getLast().field(StreamRecord.TS);
        execute(connection, SEEN, gateway.bngId(), gateway.instanceId(), first, last);
        for (StreamRecord event : events) {
            switch (event.type()) {
                case ROUTER_UPDATE -> router(connection, gateway, event);
                case HEALTH_UPDATE -> health(connection, gateway, event);
                default -> {} // the other tables' business
            }
        }
    }

    private static void router(Connection connection, Gateway gateway, StreamRecord event) throws SQLException {
        execute(
                connection,
                ROUTER,
                event.field("router_name"),
                gateway.bngId(),
                event.field("is_alive"),
                event.field("last_seen"),
                event.field(StreamRecord.TS));
    }

    private static void health(Connection connection, Gateway gateway, StreamRecord event) throws SQLException {
        String cpu = event.field("cpu_usage");
        String memory = event.field("mem_usage");
        String memoryMax = event.field("mem_max");
        execute(
                connection,
                HEALTH,
                gateway.bngId(),
                gateway.instanceId(),
                event.field(StreamRecord.TS),
                cpu,
                memory,
                memoryMax,
                RawData.json(event.fields()));
        execute(connection, HEALTH_NOW, cpu, memory, memoryMax, gateway.bngId());
    }

    private static void execute(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
