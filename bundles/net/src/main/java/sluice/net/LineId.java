package sluice.net;

import java.util.List;

/**
 * The access line a subscriber is reached by: what the network says about where a frame came from, never what the
 * subscriber says about himself. Two frames are of one line when all five parts are equal; ids are compared as bytes.
 *
 * @param port index of the gateway's access port, 0 and up
 * @param svlan VLAN of the outer (or only) tag, 0 when the frame has no tag
 * @param cvlan VLAN of the inner tag, 0 when there is none
 * @param circuitId agent circuit id (RFC 3046, 2.0, sub-option 1), any bytes, empty when absent, at most 255
 * @param remoteId agent remote id (RFC 3046, 2.0, sub-option 2), any bytes, empty when absent, at most 255
 */
public record LineId(int port, int svlan, int cvlan, Bytes circuitId, Bytes remoteId) implements Comparable<LineId> {
    /** Longest circuit-id or remote-id, bytes: the length field of a DHCP sub-option. */
    public static final int ID_MAX = 255;

    public LineId {
        if (port < 0) {
            throw new IllegalArgumentException("port " + port + ", expected 0 or more");
        }
        checkVlan("S-VLAN", svlan);
        checkVlan("C-VLAN", cvlan);
        checkId("circuit-id", circuitId);
        checkId("remote-id", remoteId);
    }

    /** The line of frames with these tags, outermost first; tags behind the second do not tell lines apart. */
    public static LineId of(int port, List<VlanTag> tags, Bytes circuitId, Bytes remoteId) {
        return new LineId(port, vlanOf(tags, 0), vlanOf(tags, 1), circuitId, remoteId);
    }

    @Override
    public int compareTo(LineId other) {
        int order = Integer.compare(port, other.port);
        order = order != 0 ? order : Integer.compare(svlan, other.svlan);
        order = order != 0 ? order : Integer.compare(cvlan, other.cvlan);
        order = order != 0 ? order : circuitId.compareTo(other.circuitId);
        return order != 0 ? order : remoteId.compareTo(other.remoteId);
    }

    /**
     * The line for people and for logs, {@code 0:100.7 1/0/3@cstm-relay-02}: port, VLANs ({@code -} for none), then the
     * ids when there are any. Two lines never share a text, and no text contains a quote, a backslash that is not an
     * escape, or a control character: such bytes stand as {@code \x22}.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(32).append(port).append(':');
        if (svlan == 0 && cvlan == 0) {
            text.append('-');
        } else {
            text.append(svlan);
        }
        if (cvlan != 0) {
            text.append('.').append(cvlan);
        }
        if (!circuitId.isEmpty() || !remoteId.isEmpty()) {
            text.append(' ');
            escape(text, circuitId, true);
            text.append('@');
            escape(text, remoteId, false);
        }
        return text.toString();
    }

    /**
     * An id of a line for people: printable ASCII as it is, every other byte, quotes and backslash as {@code \x} and
     * two hexadecimal digits. Different ids have different texts.
     */
    public static String printable(Bytes id) {
        StringBuilder text = new StringBuilder(id.length());
        escape(text, id, false);
        return text.toString();
    }

    private static void escape(StringBuilder text, Bytes id, boolean escapeAt) {
        for (int i = 0; i < id.length(); i++) {
            int b = id.at(i);
            boolean plain = b >= ' ' && b <= '~' && b != '"' && b != '\'' && b != '`' && b != '\\';
            if (plain && !(escapeAt && b == '@')) {
                text.append((char) b);
            } else {
                text.append("\\x").append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 0xf, 16));
            }
        }
    }

    private static int vlanOf(List<VlanTag> tags, int index) {
        return index < tags.size() ? tags.get(index).vid() : 0;
    }

    private static void checkVlan(String name, int vlan) {
        if (vlan < 0 || vlan > 4095) {
            throw new IllegalArgumentException(name + " " + vlan + ", expected 0..4095");
        }
    }

    private static void checkId(String name, Bytes id) {
        if (id.length() > ID_MAX) {
            throw new IllegalArgumentException(name + " of " + id.length() + " bytes, expected at most " + ID_MAX);
        }
    }
}
