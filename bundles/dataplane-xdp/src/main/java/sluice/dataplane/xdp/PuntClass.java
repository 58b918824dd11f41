package sluice.dataplane.xdp;

/** Kinds of frames for the control plane, limited apart. The same as {@code enum punt_class} of the programs. */
enum PuntClass {
    DHCP("DHCP", 100_000),
    PPPOE("PPPoE discovery", 50_000),
    PPP("PPP control", 50_000),
    ND("neighbour discovery", 50_000),
    ARP("ARP", 200_000),
    OTHER("other", 10_000);

    private final String label;
    private final int framesPerSecond;

    PuntClass(String label, int framesPerSecond) {
        this.label = label;
        this.framesPerSecond = framesPerSecond;
    }

    String label() {
        return label;
    }

    /** Of all lines together, unless the operator says otherwise. */
    int framesPerSecond() {
        return framesPerSecond;
    }
}
