package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** What the kernel says of a class, as it says it: struct gnet_stats_basic, gnet_stats_queue, and TCA_STATS_PKT64. */
final class HtbClassesTest {

    private static final long BYTES = 0x0123_4567_89ab_cdefL;

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer attribute(int type, ByteBuffer value) {
        int length = 4 + value.remaining();
        return bytes(length + 3 & -4)
                .putShort((short) length)
                .putShort((short) type)
                .put(value)
                .rewind();
    }

    private static HtbClasses.Count count(ByteBuffer... statistics) {
        ByteBuffer all = bytes(128);
        for (ByteBuffer one : statistics) {
            all.put(one);
        }
        return HtbClasses.count(Attributes.of(attribute(7, all.flip()), 0));
    }

    private static ByteBuffer basic(int packets) {
        return attribute(1, bytes(16).putLong(0, BYTES).putInt(8, packets));
    }

    private static ByteBuffer queue() {
        return attribute(3, bytes(20).putInt(0, 2).putInt(4, 3000));
    }

    @Test
    void packetsThat32BitsHoldStandInTheBasicCounts() {
        assertThat(count(basic(-2), queue())).isEqualTo(new HtbClasses.Count(0xffff_fffeL, BYTES, 2, 3000));
    }

    @Test
    void packetsThat32BitsDoNotHoldHaveACountOfTheirOwn() {
        ByteBuffer packets = attribute(8, bytes(8).putLong(0, 0x1_0000_0005L));
        assertThat(count(basic(5), packets, queue())).isEqualTo(new HtbClasses.Count(0x1_0000_0005L, BYTES, 2, 3000));
    }

    @Test
    void withoutCountsNothingIsCounted() {
        assertThat(count(basic(5))).isEqualTo(HtbClasses.Count.NONE);
    }
}
