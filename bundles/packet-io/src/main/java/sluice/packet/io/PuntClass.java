package sluice.packet.io;

/**
 * Kinds of frames for the control plane, limited apart. Their order is that of {@code enum punt_class} of the XDP
 * programs.
 */
public enum PuntClass {
    DHCP("DHCP", "DHCP", 100_000),
    PPPOE("PPPoE discovery", "PPPoE discovery", 50_000),
    PPP("PPP control", "PPP control", 50_000),
    ND("neighbour discovery", "neighbour discovery", 50_000),
    ARP("ARP", "ARP", 200_000),
    OTHER("other", "for the control plane", 10_000);

    private final String label;
    private final String what;
    private final int framesPerSecond;

    PuntClass(String label, String what, int framesPerSecond) {
        this.label = label;
        this.what = what;
        this.framesPerSecond = framesPerSecond;
    }

    public String label() {
        return label;
    }

    /** Of all lines together, unless the operator says otherwise. */
    public int framesPerSecond() {
        return framesPerSecond;
    }

    /** What the operator reads of frames of a line that had its share; the same in every data plane. */
    public String overLine() {
        return "drop: more " + what + " than a line may send";
    }

    /** The same for frames of a line within its share when all lines had theirs. */
    public String overClass() {
        return "drop: more " + what + " than all lines may send";
    }
}
