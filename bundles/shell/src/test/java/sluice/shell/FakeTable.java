package sluice.shell;

import java.util.List;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** A table whose rows a test sets. */
record FakeTable(String name, String description, Table table) implements Inspectable {

    /** A table with one row per name given. */
    static FakeTable of(String name, String... cells) {
        return new FakeTable(
                name,
                "Rows of " + name,
                new Table(
                        List.of("Name", "Value"),
                        List.of(cells).stream().map(cell -> List.of(cell, "1")).toList()));
    }
}
