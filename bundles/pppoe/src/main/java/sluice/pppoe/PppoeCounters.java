package sluice.pppoe;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/**
 * The counters of the PPPoE server and the table that shows them. A component of its own, so that counts survive a
 * change of the server's settings. Safe for any thread.
 */
@Component(
        service = {PppoeCounters.class, Inspectable.class},
        immediate = true)
public final class PppoeCounters implements Inspectable {
    private final CounterSet<PppoeCounter> counters = new CounterSet<>(PppoeCounter.class);

    /** All counters at zero. */
    @Activate
    public PppoeCounters() {}

    /** Counts one. */
    void count(PppoeCounter counter) {
        counters.count(counter);
    }

    /** What was counted so far. */
    long get(PppoeCounter counter) {
        return counters.get(counter);
    }

    @Override
    public String name() {
        return "pppoe:counters";
    }

    @Override
    public String description() {
        return "PPPoE packets and negotiations, by stage and reason";
    }

    @Override
    public Table table() {
        return counters.table();
    }
}
