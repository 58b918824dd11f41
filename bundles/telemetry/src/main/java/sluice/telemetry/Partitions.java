package sluice.telemetry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The partitions of one table: a day or a month each, made before the first row comes, dropped when they are too old.
 * Times far from now (a clock that was wrong) go to the default partition. Used by the sink's thread only.
 */
final class Partitions {
    private static final int PAST_DAYS_MAX = 400;
    private static final int FUTURE_DAYS_MAX = 2;
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuuMM");

    private final String table;
    private final boolean monthly;
    private final int retentionDays;
    private final Set<LocalDate> made = new HashSet<>();

    /** @param monthly a month each rather than a day */
    Partitions(String table, boolean monthly, int retentionDays) {
        this.table = table;
        this.monthly = monthly;
        this.retentionDays = retentionDays;
    }

    /** Forgets what it knows of the database; it may be another one. */
    void forget() {
        made.clear();
    }

    /** Makes the partitions for these times, as far as they are missing. */
    void ensure(Connection connection, Iterable<Instant> times, Instant now) throws SQLException {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        Set<LocalDate> wanted = new HashSet<>();
        for (Instant time : times) {
            LocalDate day = LocalDate.ofInstant(time, ZoneOffset.UTC);
            if (day.isAfter(today.minusDays(PAST_DAYS_MAX)) && day.isBefore(today.plusDays(FUTURE_DAYS_MAX))) {
                wanted.add(start(day));
            }
        }
        wanted.removeAll(made);
        for (LocalDate start : wanted) {
            LocalDate end = monthly ? start.plusMonths(1) : start.plusDays(1);
            try (Statement statement = connection.createStatement()) {
                statement.execute("create table if not exists " + name(start) + " partition of " + table
                        + " for values from ('" + start + " 00:00:00+00') to ('" + end + " 00:00:00+00')");
            }
            made.add(start);
        }
    }

    /** Drops partitions in which everything is older than the retention. */
    List<String> drop(Connection connection, Instant now) throws SQLException {
        LocalDate oldest = LocalDate.ofInstant(now, ZoneOffset.UTC).minusDays(retentionDays);
        String oldestName = name(start(oldest));
        List<String> dropped = new ArrayList<>();
        try (PreparedStatement query =
                connection.prepareStatement("select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
                        + " where i.inhparent = ?::regclass and c.relname ~ ? and c.relname < ? order by 1")) {
            query.setString(1, table);
            query.setString(2, "^" + table + "_p[0-9]+$");
            query.setString(3, oldestName);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    dropped.add(rows.getString(1));
                }
            }
        }
        for (String partition : dropped) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("drop table if exists " + partition);
            }
        }
        made.removeIf(start -> start.isBefore(start(oldest)));
        return dropped;
    }

    private LocalDate start(LocalDate day) {
        return monthly ? day.withDayOfMonth(1) : day;
    }

    private String name(LocalDate start) {
        return table + "_p" + (monthly ? MONTH : DAY).format(start);
    }
}
