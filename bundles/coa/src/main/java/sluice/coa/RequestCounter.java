package sluice.coa;

import sluice.platform.api.Counter;

/** What is counted for each kind of request, and for each client. */
enum RequestCounter implements Counter {
    REQUESTS(1, "requests"),
    DONE(2, "acknowledged"),
    REFUSED(3, "refused"),
    REPEATED(4, "sent again, answered from memory");

    private final int id;
    private final String label;

    RequestCounter(int id, String label) {
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
