package sluice.platform.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counters of one enum. Safe for any thread; counting neither blocks nor allocates.
 *
 * @param <C> the enum that names them
 */
public final class CounterSet<C extends Enum<C> & Counter> {

    private final C[] counters;
    private final LongAdder[] values;

    /** @param type enum whose constants are counted from zero */
    public CounterSet(Class<C> type) {
        counters = type.getEnumConstants();
        values = new LongAdder[counters.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = new LongAdder();
        }
    }

    /** Counts one. */
    public void count(C counter) {
        values[counter.ordinal()].increment();
    }

    /** Counts several at once. */
    public void add(C counter, long amount) {
        values[counter.ordinal()].add(amount);
    }

    /** What was counted so far. */
    public long get(C counter) {
        return values[counter.ordinal()].sum();
    }

    /** One row per counter: label and value. */
    public Table table() {
        List<List<String>> rows = new ArrayList<>(counters.length);
        for (C counter : counters) {
            rows.add(List.of(counter.label(), Long.toString(get(counter))));
        }
        return new Table(List.of("Counter", "Value"), rows);
    }
}
