package sluice.dataplane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment.Identity;
import sluice.net.Bytes;

/**
 * Where a subscriber's packets may come from: an element that proves it.
 *
 * @param set depends on how much is to be proven
 * @param key interface, MAC and address, as far as they count
 */
record Line(KernelSet set, Bytes key) {

    /** The sets of lines. A key of {@link KernelSet#LOGGED} is an address and no line at all. */
    static final List<KernelSet> SETS = List.of(KernelSet.LINES, KernelSet.LOOSE_LINES, KernelSet.LOGGED);

    /** All that prove this subscriber; one that is only logged has its own line and its address. */
    static List<Line> of(SubscriberEntry entry, int ifindex) {
        Bytes address = entry.address().toBytes();
        Bytes device = Bytes.copyOf(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(0, ifindex));
        Bytes mac = entry.mac().toBytes().plus(Bytes.of(0, 0));
        Line strict = new Line(KernelSet.LINES, device.plus(mac).plus(address));
        Identity identity = entry.treatment().identity();
        return switch (identity) {
            case LOOSE -> List.of(new Line(KernelSet.LOOSE_LINES, device.plus(address)));
            case LOG_ONLY -> List.of(strict, new Line(KernelSet.LOGGED, address));
            default -> List.of(strict);
        };
    }
}
