package sluice.qos;

import sluice.platform.api.Counter;

/** What the policies count. */
enum PolicyCounter implements Counter {
    BY_NAME(1, "Named by RADIUS and known"),
    DEFAULT(2, "Nothing named: the default policy"),
    UNKNOWN(3, "Named and unknown: the default policy"),
    VENDOR_RATES(4, "With rates of the authorization itself");

    private final int id;
    private final String label;

    PolicyCounter(int id, String label) {
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
