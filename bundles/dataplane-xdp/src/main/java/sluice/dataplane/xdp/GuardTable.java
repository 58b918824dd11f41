package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;
import sluice.packet.io.Storm;

/**
 * The buckets before the control plane: one per class in memory shared with the programs, one per line and class in a
 * hash that forgets the line that was silent for the longest time.
 *
 * <pre>
 * struct guarded_class, 128 bytes
 *   0 | line: interval u64 | burst u64 | class: interval u64 | burst u64 |
 *  32 | - 32                                                             |
 *  64 | tat u64 | - 56                                                   |
 *
 * struct guarded_line: port u16 | outer vid be16 | inner vid be16 | class u16 | mac 6 | - 2
 * struct line_use:     tat u64 | dropped u64
 * </pre>
 *
 * Times are nanoseconds of the monotonic clock; a burst is one second of its rate. Safe for any thread.
 */
final class GuardTable {

    static final int CLASS_BYTES = 128;
    static final int LINE_PACE_AT = 0;
    static final int CLASS_PACE_AT = 16;
    static final int TAT_AT = 64;

    static final int KEY_BYTES = 16;
    static final int OUTER_VID_AT = 2;
    static final int INNER_VID_AT = 4;
    static final int CLASS_AT = 6;
    static final int MAC_AT = 8;

    static final int USE_BYTES = 16;
    static final int DROPPED_AT = 8;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final int BATCH = 4096;
    private static final int CURSOR_BYTES = 16;
    private static final ValueLayout.OfShort NET_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment classes;
    private final BpfMap lines;

    /** @param classes the mapped array */
    GuardTable(MemorySegment classes, BpfMap lines) {
        this.classes = classes;
        this.lines = lines;
    }

    /** Puts rates in force. The buckets stay as they are, so they hold for the next frame. */
    void write(PuntLimits limits) {
        for (PuntClass one : PuntClass.values()) {
            long at = (long) one.ordinal() * CLASS_BYTES;
            write(at + LINE_PACE_AT, limits.linePerSecond());
            write(at + CLASS_PACE_AT, limits.perSecond(one));
        }
    }

    private void write(long at, int perSecond) {
        classes.set(JAVA_LONG, at + Long.BYTES, NANOS_PER_SECOND);
        classes.set(JAVA_LONG, at, perSecond == 0 ? 0 : NANOS_PER_SECOND / perSecond);
    }

    /** Lines that had frames dropped. */
    List<Storm> storms() throws KernelException {
        List<Storm> storms = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate((long) BATCH * KEY_BYTES, Long.BYTES);
            MemorySegment uses = arena.allocate((long) BATCH * USE_BYTES, Long.BYTES);
            MemorySegment cursor = arena.allocate(CURSOR_BYTES, Long.BYTES);
            boolean begin = true;
            Bpf.Batch found;
            do {
                found = Bpf.lookupBatch(lines.fd(), cursor, begin, keys, uses, BATCH);
                for (int i = 0; i < found.count(); i++) {
                    long dropped = uses.get(JAVA_LONG, (long) i * USE_BYTES + DROPPED_AT);
                    if (dropped > 0) {
                        storms.add(storm(keys, (long) i * KEY_BYTES, dropped));
                    }
                }
                begin = false;
            } while (!found.last());
        }
        return storms;
    }

    private static Storm storm(MemorySegment keys, long at, long dropped) {
        long mac = 0;
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            mac = mac << 8 | keys.get(JAVA_BYTE, at + MAC_AT + i) & 0xff;
        }
        return new Storm(
                keys.get(JAVA_SHORT, at),
                keys.get(NET_SHORT, at + OUTER_VID_AT),
                keys.get(NET_SHORT, at + INNER_VID_AT),
                new MacAddress(mac),
                PuntClass.values()[keys.get(JAVA_SHORT, at + CLASS_AT)],
                dropped);
    }
}
