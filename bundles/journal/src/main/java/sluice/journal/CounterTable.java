package sluice.journal;

import java.util.List;
import java.util.function.Supplier;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows what the journal counted since its start. */
final class CounterTable implements Inspectable {
    private final CounterSet<JournalCounter> counters;
    private final Supplier<List<String>> complaints;

    /** @param complaints what is wrong with the disk now */
    CounterTable(CounterSet<JournalCounter> counters, Supplier<List<String>> complaints) {
        this.counters = counters;
        this.complaints = complaints;
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

    @Override
    public List<String> complaints() {
        return complaints.get();
    }
}
