package sluice.dataplane.api;

import java.util.OptionalInt;

/**
 * What the data plane does with the packets of a subscriber beside forwarding and policing them.
 *
 * @param garden number of the walled garden that {@link Access#WALLED} means, 0..65535; 0 with any other access
 * @param dscpUp DSCP of every packet from the subscriber, 0..63 (RFC 2474); empty: as it came
 * @param dscpDown DSCP of every packet to the subscriber, 0..63; empty: as it came
 * @param priority whether frames to the subscriber have the 802.1p priority of the entry's tags; else it is that of the
 *     packet's DSCP, its three high bits (RFC 2474, 4.2.2)
 * @param maxSegmentSize largest TCP segment that a SYN may offer in either direction, bytes (RFC 9293, 3.7.1); 0: no
 *     limit
 * @param mtu largest IP packet that the subscriber takes, bytes, such as the MRU of PPP; 0: what its port carries.
 *     Senders of larger ones are told (RFC 1191, RFC 8201)
 */
public record Treatment(
        Identity identity,
        Access access,
        int garden,
        OptionalInt dscpUp,
        OptionalInt dscpDown,
        boolean priority,
        int maxSegmentSize,
        int mtu) {

    /** How much of a packet's origin must be that of the entry. Ids are those of the programs. */
    public enum Identity {
        /** Port, tags, MAC or PPPoE session, and address. */
        STRICT,
        /** Port, tags and address; the MAC may differ. */
        LOOSE,
        /** The address alone; what is not as in the entry is counted as spoofed and forwarded. */
        LOG_ONLY
    }

    /** Where the subscriber's packets may go. Ids are those of the programs. */
    public enum Access {
        /** Everywhere. */
        OPEN,
        /** Into a walled garden only. */
        WALLED,
        /** Nowhere. */
        BLOCKED
    }

    /** Strict, open, nothing marked. */
    public static final Treatment PLAIN =
            new Treatment(Identity.STRICT, Access.OPEN, 0, OptionalInt.empty(), OptionalInt.empty(), false, 0);

    private static final int DSCP_MAX = 63;
    private static final int U16_MAX = 0xffff;

    /** RFC 791, 3.2: every module must forward this much. */
    private static final int MTU_MIN = 68;

    public Treatment {
        checkDscp(dscpUp);
        checkDscp(dscpDown);
        if (garden < 0 || garden > U16_MAX || (garden != 0 && access != Access.WALLED)) {
            throw new IllegalArgumentException("Garden " + garden + " of a subscriber that is " + access);
        }
        if (maxSegmentSize < 0 || maxSegmentSize > U16_MAX) {
            throw new IllegalArgumentException("Segment size " + maxSegmentSize + ", expected 0..65535");
        }
        if (mtu != 0 && (mtu < MTU_MIN || mtu > U16_MAX)) {
            throw new IllegalArgumentException("MTU " + mtu + ", expected 0 or " + MTU_MIN + "..65535");
        }
    }

    /** Of a subscriber that takes what its port carries. */
    public Treatment(
            Identity identity,
            Access access,
            int garden,
            OptionalInt dscpUp,
            OptionalInt dscpDown,
            boolean priority,
            int maxSegmentSize) {
        this(identity, access, garden, dscpUp, dscpDown, priority, maxSegmentSize, 0);
    }

    /** The same with another access; a garden only with {@link Access#WALLED}. */
    public Treatment withAccess(Access other, int otherGarden) {
        return new Treatment(identity, other, otherGarden, dscpUp, dscpDown, priority, maxSegmentSize, mtu);
    }

    /** The same with another proof of origin. */
    public Treatment withIdentity(Identity other) {
        return new Treatment(other, access, garden, dscpUp, dscpDown, priority, maxSegmentSize, mtu);
    }

    private static void checkDscp(OptionalInt dscp) {
        if (dscp.isPresent() && (dscp.getAsInt() < 0 || dscp.getAsInt() > DSCP_MAX)) {
            throw new IllegalArgumentException("DSCP " + dscp.getAsInt() + ", expected 0..63");
        }
    }
}
