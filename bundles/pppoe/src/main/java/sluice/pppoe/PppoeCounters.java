package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import sluice.net.MalformedPacket;
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
    private final CounterSet<PppoeCounter> discovery = new CounterSet<>(PppoeCounter.class);
    private final CounterSet<LinkCounter> link = new CounterSet<>(LinkCounter.class);
    private final Tally<PppFault> faults = new Tally<>(PppFault.class);
    private final Tally<LinkEnd> linkEnds = new Tally<>(LinkEnd.class);
    private final Tally<SessionEnd> sessionEnds = new Tally<>(SessionEnd.class);

    /** All counters at zero. */
    @Activate
    public PppoeCounters() {}

    /** Counts one. */
    void count(PppoeCounter counter) {
        discovery.count(counter);
    }

    /** Counts one. */
    void count(LinkCounter counter) {
        link.count(counter);
    }

    /** Counts a packet that is dropped, by its reason. */
    void count(MalformedPacket dropped) {
        switch (dropped.reason()) {
            case PppoeFault fault -> count(fault.counter());
            case PppFault fault -> faults.count(fault);
            default -> count(PppoeCounter.MALFORMED);
        }
    }

    /** Counts an end of a session. */
    void count(LinkEnd end) {
        linkEnds.count(end);
    }

    /** Counts an end of a session. */
    void count(SessionEnd end) {
        sessionEnds.count(end);
    }

    /** What was counted so far. */
    long get(PppoeCounter counter) {
        return discovery.get(counter);
    }

    /** What was counted so far. */
    long get(LinkCounter counter) {
        return link.get(counter);
    }

    /** How many sessions ended so. */
    long get(LinkEnd end) {
        return linkEnds.get(end);
    }

    /** How many sessions ended so. */
    long get(SessionEnd end) {
        return sessionEnds.get(end);
    }

    @Override
    public String name() {
        return "pppoe:counters";
    }

    @Override
    public String description() {
        return "PPPoE packets, stages reached and ends of sessions, by reason";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        discovery.table().rows().forEach(row -> rows.add(List.of("discovery", row.get(0), row.get(1))));
        link.table().rows().forEach(row -> rows.add(List.of("link", row.get(0), row.get(1))));
        for (PppFault fault : PppFault.values()) {
            rows.add(List.of("link", "Dropped: " + fault.label(), Long.toString(faults.get(fault))));
        }
        for (SessionEnd end : SessionEnd.values()) {
            rows.add(List.of("end", end.label(), Long.toString(get(end))));
        }
        for (LinkEnd end : LinkEnd.values()) {
            rows.add(List.of("end", end.text(), Long.toString(get(end))));
        }
        return new Table(List.of("Stage", "Counter", "Value"), rows);
    }
}
