package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * Which PPPoE session of which line, as the programs look it up.
 *
 * <pre>
 * struct pppoe_key, 16 bytes
 *  0 | mac 6 | session be16 | outer vlan be16 | inner vlan be16 | port u16 | - u16 |
 * </pre>
 *
 * @param session of RFC 2516, 1..65534
 * @param outerVlan 0..4095, 0 without a tag
 * @param port index of the access interface
 */
record PppoeKey(MacAddress mac, int session, int outerVlan, int innerVlan, int port) {

    static final int BYTES = 16;

    private static final int SESSION_AT = 6;
    private static final int OUTER_AT = 8;
    private static final int INNER_AT = 10;
    private static final int PORT_AT = 12;
    private static final ValueLayout.OfShort NET_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    /** Of an entry; empty for IPoE, which has session 0. */
    static Optional<PppoeKey> of(MacAddress mac, int session, List<VlanTag> tags, int port) {
        if (session == 0) {
            return Optional.empty();
        }
        int outer = tags.isEmpty() ? 0 : tags.getFirst().vid();
        int inner = tags.size() < 2 ? 0 : tags.get(1).vid();
        return Optional.of(new PppoeKey(mac, session, outer, inner, port));
    }

    void write(MemorySegment out) {
        out.asSlice(0, BYTES).fill((byte) 0);
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            out.set(JAVA_BYTE, i, (byte) (mac.value() >>> 8 * (MacAddress.LENGTH - 1 - i)));
        }
        out.set(NET_SHORT, SESSION_AT, (short) session);
        out.set(NET_SHORT, OUTER_AT, (short) outerVlan);
        out.set(NET_SHORT, INNER_AT, (short) innerVlan);
        out.set(JAVA_SHORT, PORT_AT, (short) port);
    }

    static PppoeKey read(MemorySegment in) {
        long mac = 0;
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            mac = mac << 8 | in.get(JAVA_BYTE, i) & 0xff;
        }
        return new PppoeKey(
                new MacAddress(mac),
                in.get(NET_SHORT, SESSION_AT) & 0xffff,
                in.get(NET_SHORT, OUTER_AT),
                in.get(NET_SHORT, INNER_AT),
                in.get(JAVA_SHORT, PORT_AT));
    }
}
