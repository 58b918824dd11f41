package sluice.telemetry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * A column that is sent as an array of texts, a whole batch in one statement; empty text is null.
 *
 * @param name of the column
 * @param type what PostgreSQL casts the text to
 */
record Column(String name, String type) {

    /** {@code a, b, c}. */
    static String names(List<Column> columns) {
        return columns.stream().map(Column::name).collect(Collectors.joining(", "));
    }

    /** The columns as values of the row {@code e}. */
    static String values(List<Column> columns) {
        return columns.stream()
                .map(column -> "nullif(e." + column.name + ", '')::" + column.type)
                .collect(Collectors.joining(", "));
    }

    /** The rows themselves, one array for each column. */
    static String rows(List<Column> columns) {
        return "unnest("
                + columns.stream().map(_ -> "?::text[]").collect(Collectors.joining(", "))
                + ") as e(" + names(columns) + ")";
    }

    /** Sets the arrays, the first at parameter {@code from}. */
    static <R> void bind(
            Connection connection,
            PreparedStatement statement,
            int from,
            List<Column> columns,
            List<R> rows,
            BiFunction<R, String, String> value)
            throws SQLException {
        int parameter = from;
        for (Column column : columns) {
            Object[] array =
                    rows.stream().map(row -> value.apply(row, column.name)).toArray();
            statement.setArray(parameter++, connection.createArrayOf("text", array));
        }
    }
}
