package sluice.coa;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import sluice.platform.api.Table;

/** The last requests with their answers, for the operator. Safe for any thread. */
final class RecentRequests {

    private static final int MAX = 100;

    private final Deque<Row> rows = new ArrayDeque<>();

    /**
     * One of them.
     *
     * @param session Acct-Session-Id, empty when no single one was found
     * @param answer ACK or NAK with its Error-Cause
     * @param detail why, in words
     */
    record Row(Instant time, String client, String kind, String session, String answer, String detail) {}

    void add(Row row) {
        synchronized (rows) {
            if (rows.size() == MAX) {
                rows.removeLast();
            }
            rows.addFirst(row);
        }
    }

    /** The latest first. */
    Table table() {
        List<List<String>> cells = new ArrayList<>();
        synchronized (rows) {
            for (Row row : rows) {
                cells.add(List.of(
                        row.time().toString(), row.client(), row.kind(), row.session(), row.answer(), row.detail()));
            }
        }
        return new Table(List.of("Time", "Client", "Request", "Session", "Answer", "Why"), cells);
    }
}
