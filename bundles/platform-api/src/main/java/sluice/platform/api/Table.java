package sluice.platform.api;

import java.util.List;

/**
 * Rows and columns for a person to read.
 *
 * @param columns headings
 * @param rows each with one cell per column
 */
public record Table(List<String> columns, List<List<String>> rows) {

    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        int width = columns.size();
        for (List<String> row : rows) {
            if (row.size() != width) {
                throw new IllegalArgumentException("A row has " + row.size() + " cells, expected " + width);
            }
        }
    }
}
