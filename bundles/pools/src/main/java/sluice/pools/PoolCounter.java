package sluice.pools;

import sluice.platform.api.Counter;

/** What the pools count. */
enum PoolCounter implements Counter {
    GRANTED(1, "Addresses granted"),
    RELEASED(2, "Addresses released"),
    QUARANTINED(3, "Addresses put in quarantine"),
    RESTORED(4, "Addresses restored after a restart"),
    REFUSED_EXHAUSTED(5, "Refused: pool exhausted"),
    REFUSED_UNKNOWN_POOL(6, "Refused: no such pool"),
    REFUSED_IN_USE(7, "Refused: fixed address in use"),
    REFUSED_NO_NETWORK(8, "Refused: address in no network"),
    JOURNAL_FAILED(9, "Notes for after a restart that could not be written"),
    PREFIX_GRANTED(10, "Prefixes granted"),
    PREFIX_RELEASED(11, "Prefixes released"),
    PREFIX_REFUSED_EXHAUSTED(12, "Prefixes refused: pool exhausted"),
    PREFIX_REFUSED_UNKNOWN_POOL(13, "Prefixes refused: no such pool"),
    PREFIX_REFUSED_IN_USE(14, "Prefixes named by RADIUS that another session has of a pool");

    private final int id;
    private final String label;

    PoolCounter(int id, String label) {
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
