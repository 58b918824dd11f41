package sluice.qos;

import sluice.platform.api.Counter;

/** What the policies count. */
enum PolicyCounter implements Counter {
    BY_NAME(1, "Named by RADIUS and known"),
    DEFAULT(2, "Nothing named: the default policy"),
    UNKNOWN(3, "Named and unknown: the default policy"),
    VENDOR_RATES(4, "With rates of the authorization itself"),
    REACH(5, "With a garden, a block or its lifting in the authorization itself"),
    GARDEN_UNKNOWN(6, "With a garden in the authorization that is not configured: nothing is reached"),
    UPLOAD_UNKNOWN(7, "Named for the upload and unknown: the policy of both directions");

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
