package sluice.net;

/**
 * One VLAN tag of a frame (IEEE 802.1Q, 9.6), as it stands on the wire.
 *
 * <pre>
 *  0                   1                   2                   3
 * +-------------------------------+-----+-+-----------------------+
 * |             TPID              | PCP |D|          VID          |
 * +-------------------------------+-----+-+-----------------------+
 * </pre>
 *
 * @param tpid tag protocol identifier, 16 bits: one of the three constants
 * @param tci tag control information, 16 bits: priority, drop eligibility, VLAN
 */
public record VlanTag(int tpid, int tci) {
    /** Customer tag, IEEE 802.1Q. */
    public static final int C_TAG = 0x8100;

    /** Service tag, IEEE 802.1ad. */
    public static final int S_TAG = 0x88a8;

    /** The outer tag of access nodes older than 802.1ad. */
    public static final int OLD_S_TAG = 0x9100;

    /** Bytes on the wire, TPID included. */
    public static final int LENGTH = 4;

    public VlanTag {
        if (!isTpid(tpid)) {
            throw new IllegalArgumentException("TPID 0x" + Integer.toHexString(tpid) + ", expected 8100, 88a8, 9100");
        }
        if (tci >>> 16 != 0) {
            throw new IllegalArgumentException("TCI 0x" + Integer.toHexString(tci) + ", expected 16 bits");
        }
    }

    /** True when an EtherType of this value begins a tag. */
    public static boolean isTpid(int etherType) {
        return etherType == C_TAG || etherType == S_TAG || etherType == OLD_S_TAG;
    }

    /** A customer tag of priority 0. */
    public static VlanTag customer(VlanId vlan) {
        return new VlanTag(C_TAG, vlan.value());
    }

    /** A service tag of priority 0. */
    public static VlanTag service(VlanId vlan) {
        return new VlanTag(S_TAG, vlan.value());
    }

    /** VLAN number 0..4095 as the frame says it; 0 carries a priority only, 4095 is reserved. */
    public int vid() {
        return tci & 0xfff;
    }

    /** Priority code point 0..7. */
    public int priority() {
        return tci >>> 13;
    }

    /** Drop eligible indicator. */
    public boolean dropEligible() {
        return (tci & 0x1000) != 0;
    }

    @Override
    public String toString() {
        return Integer.toHexString(tpid) + ":" + vid() + "/" + priority();
    }
}
