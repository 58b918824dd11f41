package sluice.telemetry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** {@code session_events}: every event, once. */
final class EventTable {
    private static final String RAW_DATA = "raw_data";

    private static final List<Column> COLUMNS = List.of(
            new Column(StreamRecord.SEQ, "bigint"),
            new Column(StreamRecord.EVENT_TYPE, "text"),
            new Column(StreamRecord.TS, "timestamptz"),
            new Column("session_id", "text"),
            new Column("nas_ip", "inet"),
            new Column("circuit_id", "text"),
            new Column("remote_id", "text"),
            new Column("session_start", "timestamptz"),
            new Column("session_end", "timestamptz"),
            new Column("session_last_update", "timestamptz"),
            new Column("mac_address", "macaddr"),
            new Column("ip_address", "inet"),
            new Column("username", "text"),
            new Column("input_octets", "bigint"),
            new Column("output_octets", "bigint"),
            new Column("input_packets", "bigint"),
            new Column("output_packets", "bigint"),
            new Column(RAW_DATA, "jsonb"),
            new Column("status", "text"),
            new Column("auth_state", "text"),
            new Column("terminate_cause", "text"));

    /** What a damaged event keeps. */
    private static final Set<String> IDENTITY =
            Set.of(StreamRecord.SEQ, StreamRecord.EVENT_TYPE, StreamRecord.TS, RAW_DATA);

    private static final String INSERT = "insert into session_events (bng_id, bng_instance_id, " + Column.names(COLUMNS)
            + ") select ?, ?, " + Column.values(COLUMNS) + " from " + Column.rows(COLUMNS)
            + " on conflict do nothing returning seq";

    private EventTable() {}

    /**
     * Inserts the events that are not there yet.
     *
     * @return the sequence numbers of those
     */
    static Set<Long> insert(Connection connection, Gateway gateway, List<StreamRecord> events) throws SQLException {
        return insert(connection, gateway, events, EventTable::value);
    }

    /** Inserts identity and raw data only, of events whose values PostgreSQL refuses. */
    static Set<Long> insertRaw(Connection connection, Gateway gateway, List<StreamRecord> events) throws SQLException {
        return insert(
                connection,
                gateway,
                events,
                (event, column) ->
                        IDENTITY.contains(column) ? value(event, column).replace("\0", "") : "");
    }

    private static Set<Long> insert(
            Connection connection,
            Gateway gateway,
            List<StreamRecord> events,
            BiFunction<StreamRecord, String, String> value)
            throws SQLException {
        Set<Long> inserted = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, gateway.bngId());
            statement.setString(2, gateway.instanceId());
            Column.bind(connection, statement, 3, COLUMNS, events, value);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    inserted.add(rows.getLong(1));
                }
            }
        }
        return inserted;
    }

    private static String value(StreamRecord event, String column) {
        return RAW_DATA.equals(column) ? RawData.json(event.fields()) : event.field(column);
    }
}
