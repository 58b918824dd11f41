package sluice.shell;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.support.table.Col;
import org.apache.karaf.shell.support.table.Row;
import org.apache.karaf.shell.support.table.ShellTable;
import sluice.platform.api.Table;

/**
 * Prints tables, for people with lines and headings, for scripts as JSON. Lines are drawn in ASCII, because serial
 * consoles of access nodes know nothing else.
 *
 * @param out where to
 * @param width columns of the terminal; 0 when there is none, then nothing is cut
 */
record TablePrinter(PrintStream out, int width) {

    /** Rows that a person is shown unless more are asked for. */
    static final int ROWS = 100;

    /** Columns are not cut below this, so that ids, addresses and numbers stay whole. */
    private static final int COLUMN_MIN = 20;

    private static final int SEPARATOR = " | ".length();
    private static final String CUT = "..";

    /**
     * The table and how many rows there are.
     *
     * @param noun what the rows are, a plural with s
     * @param limit at most so many rows; 0 for all
     */
    void print(Table table, String noun, int limit) {
        int total = table.rows().size();
        Table part = new Table(table.columns(), shown(table, limit));
        if (total > 0) {
            draw(part);
        }
        if (part.rows().size() < total) {
            out.println(part.rows().size() + " of " + total + " " + noun + " (--limit 0 shows all)");
        } else {
            out.println(total + " " + (total == 1 ? noun.substring(0, noun.length() - 1) : noun));
        }
    }

    /** Headings and rows, nothing below. */
    void draw(Table table) {
        List<List<String>> rows = table.rows().stream()
                .map(row -> row.stream().map(Printable::of).toList())
                .toList();
        int[] widths = fit(widths(table.columns(), rows));
        ShellTable drawn = new ShellTable().forceAscii();
        for (int i = 0; i < table.columns().size(); i++) {
            Col column = drawn.column(cut(table.columns().get(i), widths[i]));
            if (isNumeric(rows, i)) {
                column.alignRight();
            }
        }
        for (List<String> row : rows) {
            Row line = drawn.addRow();
            for (int i = 0; i < row.size(); i++) {
                line.addContent(cut(row.get(i), widths[i]));
            }
        }
        drawn.print(out);
    }

    /**
     * {@code {"data":[{COLUMN:CELL,...},...],"count":ROWS}}: all values text, names made of the headings in lower case
     * with underscores; the count is that of all rows, also of those behind the limit.
     *
     * @param limit at most so many rows; 0 for all
     */
    void printJson(Table table, int limit) {
        List<String> names =
                table.columns().stream().map(TablePrinter::jsonName).toList();
        JsonWriter json = new JsonWriter().beginObject().name("data").beginArray();
        for (List<String> row : shown(table, limit)) {
            json.beginObject();
            for (int i = 0; i < row.size(); i++) {
                json.name(names.get(i)).value(row.get(i));
            }
            json.endObject();
        }
        json.endArray().field("count", table.rows().size()).endObject();
        out.println(json);
    }

    private static List<List<String>> shown(Table table, int limit) {
        List<List<String>> rows = table.rows();
        return limit == 0 || limit >= rows.size() ? rows : rows.subList(0, limit);
    }

    /** A heading as the name of a value. */
    static String jsonName(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_").replaceAll("^_|_$", "");
    }

    private static int[] widths(List<String> columns, List<List<String>> rows) {
        int[] widths = columns.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    /** Takes from the widest column until the table fits, or until no column is left that may be cut. */
    private int[] fit(int[] widths) {
        int surplus = Arrays.stream(widths).sum() + SEPARATOR * (widths.length - 1) - width;
        while (width > 0 && surplus > 0) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                widest = widths[i] > widths[widest] ? i : widest;
            }
            if (widths[widest] <= COLUMN_MIN) {
                break;
            }
            widths[widest]--;
            surplus--;
        }
        return widths;
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - CUT.length()) + CUT;
    }

    private static boolean isNumeric(List<List<String>> rows, int column) {
        List<String> cells = rows.stream()
                .map(row -> row.get(column))
                .filter(cell -> !cell.isEmpty())
                .toList();
        return !cells.isEmpty() && cells.stream().allMatch(cell -> cell.matches("-?[0-9]+(\\.[0-9]+)?( ?%)?"));
    }
}
