package sluice.journal;

import java.util.List;
import sluice.platform.api.EventLog;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows where the readers of the event log stand. */
final class CursorTable implements Inspectable {
    private final EventLog log;

    CursorTable(EventLog log) {
        this.log = log;
    }

    @Override
    public String name() {
        return "journal:cursors";
    }

    @Override
    public String description() {
        return "Readers of the event log, how far they are behind and what they lost";
    }

    @Override
    public Table table() {
        return new Table(
                List.of("Reader", "Committed", "Behind", "Lost"),
                log.cursors().stream()
                        .map(cursor -> List.of(
                                cursor.reader(),
                                Long.toString(cursor.committed()),
                                Long.toString(cursor.behind()),
                                Long.toString(cursor.lost())))
                        .toList());
    }
}
