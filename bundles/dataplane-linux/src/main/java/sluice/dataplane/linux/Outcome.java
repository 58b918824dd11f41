package sluice.dataplane.linux;

/** What became of a traced frame, as far as the interfaces show it. */
enum Outcome {
    FORWARDED_UP("forwarded to the core", false),
    FORWARDED_DOWN("forwarded to a subscriber", false),
    TO_CONTROL_PLANE("for the control plane", false),
    TO_GATEWAY("for the gateway", false),
    BY_GATEWAY("sent by the gateway", false),
    BY_CONTROL_PLANE("sent by the control plane", false),
    NOT_LEFT("drop: not seen to leave", true),
    /** The trace may have missed that it left. */
    UNSURE("not seen to leave, but the trace has lost frames", false),
    NO_IP("drop: neither IP nor ARP", true);

    private final String label;
    private final boolean drop;

    Outcome(String label, boolean drop) {
        this.label = label;
        this.drop = drop;
    }

    /** For the operator. */
    String label() {
        return label;
    }

    /** Whether the frame ended here. */
    boolean isDrop() {
        return drop;
    }
}
