package sluice.net;

/**
 * A VLAN that frames can belong to (IEEE 802.1Q): 0 means "priority only" and 4095 is reserved, so neither is one.
 *
 * @param value 1..4094
 */
public record VlanId(int value) implements Comparable<VlanId> {
    /** The highest VLAN. */
    public static final int MAX = 4094;

    public VlanId {
        if (value < 1 || value > MAX) {
            throw new IllegalArgumentException("VLAN " + value + ", expected 1..4094");
        }
    }

    @Override
    public int compareTo(VlanId other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
