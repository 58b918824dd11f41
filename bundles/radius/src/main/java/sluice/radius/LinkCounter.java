package sluice.radius;

import sluice.platform.api.Counter;

/** What is counted for each server and kind of request. */
enum LinkCounter implements Counter {
    REQUESTS(1, "Requests"),
    SENT_AGAIN(2, "Sent again"),
    ACCEPTS(3, "Accepts"),
    REJECTS(4, "Rejects"),
    CHALLENGES(5, "Challenges"),
    ACCOUNTED(6, "Accounting responses"),
    TIME_OUTS(7, "Time-outs"),
    PORT_UNREACHABLE(8, "Port unreachable"),
    SEND_FAILED(9, "Not sent: network refuses"),
    NO_ROOM(10, "Passed over: as many in flight as may be"),
    STATUS_SENT(11, "Status-Server sent"),
    STATUS_ANSWERED(12, "Status-Server answered"),
    CONNECTION_LOST(13, "Connection lost");

    private final int id;
    private final String label;

    LinkCounter(int id, String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
