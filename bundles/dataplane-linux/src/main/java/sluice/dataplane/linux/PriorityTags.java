package sluice.dataplane.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Tags with VID 0, which only say how urgent a frame is (IEEE 802.1Q, 6.9.1). The line of a frame is that of the tags
 * that name a VLAN, so these come off before anybody looks.
 */
final class PriorityTags {

    private static final int MACS_BYTES = 12;
    private static final int TAG_BYTES = 4;
    private static final int TAGS_MAX = 2;
    private static final int VID_MASK = 0xfff;
    private static final ValueLayout.OfShort NET_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private PriorityTags() {}

    /**
     * Takes them off a frame where it lies; what is before them moves towards its end.
     *
     * @return by how many bytes the frame begins later, and is shorter, now
     */
    static int takeOff(MemorySegment memory, long offset, int length) {
        int taken = 0;
        int at = MACS_BYTES;
        for (int i = 0; i < TAGS_MAX && at + TAG_BYTES + 2 <= length && isTag(memory, offset + at); i++) {
            if ((memory.get(NET_SHORT, offset + at + 2) & VID_MASK) == 0) {
                for (int from = at - 1; from >= taken; from--) {
                    memory.set(JAVA_BYTE, offset + from + TAG_BYTES, memory.get(JAVA_BYTE, offset + from));
                }
                taken += TAG_BYTES;
            }
            at += TAG_BYTES;
        }
        return taken;
    }

    private static boolean isTag(MemorySegment memory, long at) {
        int type = memory.get(NET_SHORT, at) & 0xffff;
        return type == 0x8100 || type == 0x88a8 || type == 0x9100;
    }
}
