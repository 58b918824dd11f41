package sluice.telemetry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import sluice.session.api.SessionEvent;

/**
 * {@code sessions_active} and {@code sessions_history}: what the events say of each session. The events of a batch are
 * first folded into one row per session, so that a busy session costs one update.
 */
final class SessionTables {
    private static final Set<String> TYPES =
            Set.of(SessionEvent.START, SessionEvent.UPDATE, SessionEvent.STOP, SessionEvent.POLICY_APPLY);
    private static final String TERMINATE_SOURCE = "terminate_source";
    private static final String START_TIME = "start_time";
    private static final String LAST_UPDATE = "last_update";

    private static final List<Column> ACTIVE = List.of(
            new Column(SessionEvent.SESSION_ID, "text"),
            new Column(StreamRecord.BNG_ID, "text"),
            new Column(StreamRecord.BNG_INSTANCE_ID, "text"),
            new Column(StreamRecord.NAS_IP, "inet"),
            new Column(SessionEvent.CIRCUIT_ID, "text"),
            new Column(SessionEvent.REMOTE_ID, "text"),
            new Column(SessionEvent.MAC_ADDRESS, "macaddr"),
            new Column(SessionEvent.IP_ADDRESS, "inet"),
            new Column(SessionEvent.USERNAME, "text"),
            new Column(START_TIME, "timestamptz"),
            new Column(LAST_UPDATE, "timestamptz"),
            new Column(SessionEvent.INPUT_OCTETS, "bigint"),
            new Column(SessionEvent.OUTPUT_OCTETS, "bigint"),
            new Column(SessionEvent.INPUT_PACKETS, "bigint"),
            new Column(SessionEvent.OUTPUT_PACKETS, "bigint"),
            new Column(SessionEvent.STATUS, "text"),
            new Column(SessionEvent.AUTH_STATE, "text"));

    private static final List<Column> ENDED = List.of(
            new Column(SessionEvent.SESSION_ID, "text"),
            new Column(SessionEvent.SESSION_END, "timestamptz"),
            new Column(SessionEvent.TERMINATE_CAUSE, "text"),
            new Column(TERMINATE_SOURCE, "text"));

    private static final String UPSERT = "insert into sessions_active (" + Column.names(ACTIVE) + ") select "
            + Column.values(ACTIVE) + " from " + Column.rows(ACTIVE) + " on conflict (session_id) do update set "
            + ACTIVE.stream()
                    .skip(1)
                    .map(Column::name)
                    .map(name -> name + " = coalesce(excluded." + name + ", sessions_active." + name + ")")
                    .collect(Collectors.joining(", "));

    private static final String CLOSE = "with gone as (delete from sessions_active a using " + Column.rows(ENDED)
            + " where a.session_id = e.session_id returning a.*, e.session_end, e.terminate_cause, e.terminate_source)"
            + " insert into sessions_history (" + Column.names(ACTIVE)
            + ", session_end, terminate_cause, terminate_source) select " + Column.names(ACTIVE)
            + ", session_end::timestamptz, nullif(terminate_cause, ''), nullif(terminate_source, '') from gone"
            + " on conflict do nothing";

    private final Connection connection;
    private final Map<String, Map<String, String>> open = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> ended = new LinkedHashMap<>();

    private SessionTables(Connection connection) {
        this.connection = connection;
    }

    /** Applies events that are new, in order. */
    static void apply(Connection connection, List<StreamRecord> events) throws SQLException {
        SessionTables tables = new SessionTables(connection);
        for (StreamRecord event : events) {
            if (TYPES.contains(event.type())
                    && !event.field(SessionEvent.SESSION_ID).isEmpty()) {
                tables.fold(event);
            }
        }
        tables.flush();
    }

    private void fold(StreamRecord event) throws SQLException {
        String id = event.field(SessionEvent.SESSION_ID);
        if (ended.containsKey(id)) {
            flush();
        }
        Map<String, String> row = open.computeIfAbsent(id, _ -> new HashMap<>());
        for (Column column : ACTIVE) {
            String value = value(event, column.name());
            if (!value.isEmpty()) {
                row.put(column.name(), value);
            }
        }
        if (event.type().equals(SessionEvent.STOP)) {
            Map<String, String> end = new HashMap<>();
            ENDED.forEach(column -> end.put(column.name(), value(event, column.name())));
            ended.put(id, end);
        }
    }

    private void flush() throws SQLException {
        write(UPSERT, ACTIVE, open);
        write(CLOSE, ENDED, ended);
        open.clear();
        ended.clear();
    }

    private void write(String sql, List<Column> columns, Map<String, Map<String, String>> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Column.bind(
                    connection,
                    statement,
                    1,
                    columns,
                    new ArrayList<>(rows.values()),
                    (row, name) -> row.getOrDefault(name, ""));
            statement.executeUpdate();
        }
    }

    private static String value(StreamRecord event, String column) {
        return switch (column) {
            case START_TIME -> {
                String start = event.field(SessionEvent.SESSION_START);
                yield start.isEmpty() && event.type().equals(SessionEvent.START) ? event.field(StreamRecord.TS) : start;
            }
            case LAST_UPDATE -> or(event.field(SessionEvent.SESSION_LAST_UPDATE), event.field(StreamRecord.TS));
            case SessionEvent.SESSION_END -> or(event.field(column), event.field(StreamRecord.TS));
            default -> event.field(column);
        };
    }

    private static String or(String value, String otherwise) {
        return value.isEmpty() ? otherwise : value;
    }
}
