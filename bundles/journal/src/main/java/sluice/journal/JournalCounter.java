package sluice.journal;

import sluice.platform.api.Counter;

/** What the journal counts. */
enum JournalCounter implements Counter {
    TRANSACTIONS(1, "Transactions made durable"),
    EVENTS(2, "Events made durable"),
    COMMITS(3, "Group commits"),
    COMMIT_BYTES(4, "Bytes written by group commits"),
    REFUSED_OVERLOADED(5, "Transactions refused: too many wait"),
    REFUSED_DISK(6, "Transactions refused: the disk does not write"),
    REFUSED_CLOSED(7, "Transactions refused: the journal is closed"),
    CHECKPOINTS(8, "Checkpoints written to H2"),
    CHECKPOINT_FAILURES(9, "Checkpoints that the disk refused"),
    CHECKPOINT_WAITS(10, "Commits that waited for a checkpoint"),
    EVENTS_LOST(11, "Events lost by a reader that lagged behind the bound"),
    EVENTS_UNREADABLE(12, "Blocks of events that could not be decoded");

    private final int id;
    private final String label;

    JournalCounter(int id, String label) {
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
