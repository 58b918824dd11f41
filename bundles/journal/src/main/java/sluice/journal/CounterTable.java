package sluice.journal;

import sluice.platform.api.CounterSet;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows what the journal counted since its start. */
final class CounterTable implements Inspectable {
    private final CounterSet<JournalCounter> counters;

    CounterTable(CounterSet<JournalCounter> counters) {
        this.counters = counters;
    }

    @Override
    public String name() {
        return "journal:counters";
    }

    @Override
    public String description() {
        return "What the journal counted since its start";
    }

    @Override
    public Table table() {
        return counters.table();
    }
}
