package sluice.telemetry;

import sluice.platform.api.Counter;

/** What each sink counts. */
enum SinkCounter implements Counter {
    SENT(1, "Events delivered"),
    REPEATED(2, "Events that were there already"),
    FAILURES(3, "Deliveries that failed and come again"),
    DAMAGED(4, "Events kept as raw data only"),
    DROPPED(5, "Events that the other end refuses in every form");

    private final int id;
    private final String label;

    SinkCounter(int id, String label) {
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
