package sluice.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.platform.api.CounterSet;
import sluice.platform.api.CursorPosition;
import sluice.platform.api.EventLog;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows how the sinks fare. */
final class SinkTable implements Inspectable {
    private final EventLog log;
    private final Map<String, SinkStatus> sinks;

    /** @param sinks by name, in the order of the rows */
    SinkTable(EventLog log, Map<String, SinkStatus> sinks) {
        this.log = log;
        this.sinks = sinks;
    }

    @Override
    public String name() {
        return "telemetry:sinks";
    }

    @Override
    public String description() {
        return "Where events go: state, how far behind, what was sent, what went wrong";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        List<CursorPosition> cursors = log.cursors();
        sinks.forEach((name, status) -> {
            CursorPosition cursor = cursors.stream()
                    .filter(position -> position.reader().equals(name))
                    .findFirst()
                    .orElse(new CursorPosition(name, 0, 0, 0));
            CounterSet<SinkCounter> counters = status.counters();
            rows.add(List.of(
                    name,
                    status.state(),
                    Long.toString(cursor.committed()),
                    Long.toString(cursor.behind()),
                    Long.toString(cursor.lost()),
                    Long.toString(counters.get(SinkCounter.SENT)),
                    Long.toString(counters.get(SinkCounter.REPEATED)),
                    Long.toString(counters.get(SinkCounter.FAILURES)),
                    Long.toString(counters.get(SinkCounter.DAMAGED)),
                    Long.toString(counters.get(SinkCounter.DROPPED)),
                    status.lastError()));
        });
        return new Table(
                List.of(
                        "Sink",
                        "State",
                        "Cursor",
                        "Behind",
                        "Lost",
                        "Sent",
                        "Repeated",
                        "Failures",
                        "Damaged",
                        "Dropped",
                        "Last error"),
                rows);
    }

    @Override
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        sinks.forEach((name, status) -> {
            if (status.state().equals("away")) {
                complaints.add("Sink " + name + " is " + status.state() + ": " + status.lastError()
                        + ". Events wait in the log.");
            }
        });
        return complaints;
    }
}
