package sluice.dhcp;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/**
 * The counters of the DHCP server and the table that shows them. A component of its own, so that counts survive a
 * change of the server's settings. Safe for any thread.
 */
@Component(
        service = {DhcpCounters.class, Inspectable.class},
        immediate = true)
public final class DhcpCounters implements Inspectable {
    private final CounterSet<DhcpCounter> counters = new CounterSet<>(DhcpCounter.class);

    /** All counters at zero. */
    @Activate
    public DhcpCounters() {}

    /** Counts one. */
    void count(DhcpCounter counter) {
        counters.count(counter);
    }

    /** Counts several at once. */
    void add(DhcpCounter counter, int amount) {
        counters.add(counter, amount);
    }

    /** What was counted so far. */
    long get(DhcpCounter counter) {
        return counters.get(counter);
    }

    @Override
    public String name() {
        return "dhcp:counters";
    }

    @Override
    public String description() {
        return "DHCP messages received, sent, and ignored by reason";
    }

    @Override
    public Table table() {
        return counters.table();
    }
}
