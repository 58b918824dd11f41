package sluice.coa;

import java.util.ArrayList;
import java.util.List;
import sluice.platform.api.Counter;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Table;

/** What is counted over all clients: by kind of request and result, and what got no answer. Safe for any thread. */
final class CoaCounters {

    private final CounterSet<RequestCounter> disconnects = new CounterSet<>(RequestCounter.class);
    private final CounterSet<RequestCounter> changes = new CounterSet<>(RequestCounter.class);
    private final CounterSet<ErrorCause> disconnectCauses = new CounterSet<>(ErrorCause.class);
    private final CounterSet<ErrorCause> changeCauses = new CounterSet<>(ErrorCause.class);
    private final CounterSet<Silence> silent = new CounterSet<>(Silence.class);

    CounterSet<RequestCounter> requests(RequestKind kind) {
        return kind == RequestKind.DISCONNECT ? disconnects : changes;
    }

    /** Error-Causes that were answered. */
    CounterSet<ErrorCause> causes(RequestKind kind) {
        return kind == RequestKind.DISCONNECT ? disconnectCauses : changeCauses;
    }

    CounterSet<Silence> silent() {
        return silent;
    }

    /** All of them by kind; of causes and of silence those that occurred. */
    Table table() {
        List<List<String>> rows = new ArrayList<>();
        for (RequestKind kind : RequestKind.values()) {
            for (RequestCounter counter : RequestCounter.values()) {
                rows.add(row(kind.toString(), counter, requests(kind).get(counter)));
            }
            for (ErrorCause cause : ErrorCause.values()) {
                if (causes(kind).get(cause) > 0) {
                    rows.add(row(kind.toString(), cause, causes(kind).get(cause)));
                }
            }
        }
        for (Silence reason : Silence.values()) {
            if (silent.get(reason) > 0) {
                rows.add(row("unanswered", reason, silent.get(reason)));
            }
        }
        return new Table(List.of("Kind", "Result", "Count"), rows);
    }

    private static List<String> row(String kind, Counter counter, long count) {
        return List.of(kind, counter.label(), Long.toString(count));
    }
}
