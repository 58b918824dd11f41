package sluice.shell;

import java.io.PrintStream;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.Terminal;
import sluice.platform.api.Table;

/**
 * How a table is to be printed.
 *
 * @param json for a script
 * @param wide cells are not cut
 * @param limit at most so many rows, 0 for all, below 0 for what is usual
 */
record TableOptions(boolean json, boolean wide, int limit) {

    /** @throws IllegalArgumentException with a sentence for the operator */
    static TableOptions parse(List<String> arguments) {
        boolean json = false;
        boolean wide = false;
        int limit = -1;
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            switch (argument) {
                case "--json" -> json = true;
                case "--wide" -> wide = true;
                case "--limit" -> limit = limit(rest.hasNext() ? rest.next() : "");
                default -> {
                    if (!argument.startsWith("--limit=")) {
                        throw new IllegalArgumentException("Unknown option " + argument + ".");
                    }
                    limit = limit(argument.substring("--limit=".length()));
                }
            }
        }
        return new TableOptions(json, wide, limit);
    }

    /**
     * Prints the table so.
     *
     * @param noun what the rows are, a plural with s
     * @param session whose terminal says how wide a line may be
     */
    void print(Table table, String noun, Session session, PrintStream out) {
        if (json) {
            new TablePrinter(out, 0).printJson(table, Math.max(0, limit));
        } else {
            new TablePrinter(out, width(session)).print(table, noun, limit < 0 ? TablePrinter.ROWS : limit);
        }
    }

    /** Columns of the operator's terminal, 0 when there is none or lines may be long. */
    int width(Session session) {
        return wide
                ? 0
                : Optional.ofNullable(session.getTerminal())
                        .map(Terminal::getWidth)
                        .orElse(0);
    }

    private static int limit(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("--limit is \"" + text + "\", expected a number of rows.");
        }
        return Integer.parseInt(text);
    }
}
