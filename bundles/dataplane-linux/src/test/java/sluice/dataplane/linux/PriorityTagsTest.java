package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/** Tags with VID 0 come off wherever they stand, and only they. */
final class PriorityTagsTest {

    private static final VlanTag URGENT = new VlanTag(VlanTag.C_TAG, 0xa000);
    private static final VlanTag OUTER = new VlanTag(VlanTag.S_TAG, 0x6064);
    private static final VlanTag INNER = new VlanTag(VlanTag.C_TAG, 7);

    private static Bytes frame(List<VlanTag> tags) {
        return new EthernetFrame(
                        MacAddress.BROADCAST,
                        MacAddress.parse("02:00:00:00:01:01"),
                        tags,
                        EthernetFrame.ARP,
                        Bytes.of(1, 2, 3, 4, 5))
                .encode();
    }

    private static Bytes without(Bytes frame) {
        byte[] memory = Bytes.copyOf(new byte[6]).plus(frame).toArray();
        int taken = PriorityTags.takeOff(MemorySegment.ofArray(memory), 6, frame.length());
        return Bytes.copyOf(memory).slice(6 + taken);
    }

    @Test
    void whatNamesAVlanStays() {
        for (List<VlanTag> tags : List.of(
                List.<VlanTag>of(),
                List.of(OUTER),
                List.of(OUTER, INNER),
                List.of(URGENT),
                List.of(URGENT, INNER),
                List.of(OUTER, URGENT),
                List.of(URGENT, URGENT))) {
            Bytes line = frame(tags.stream().filter(tag -> tag.vid() != 0).toList());
            assertThat(without(frame(tags))).as("%s", tags).isEqualTo(line);
        }
    }

    @Test
    void truncatedFrameIsLeftAlone() {
        Bytes whole = frame(List.of(URGENT, URGENT));
        for (int length = 0; length < 18; length++) {
            assertThat(without(whole.slice(0, length))).isEqualTo(whole.slice(0, length));
        }
    }

    @Test
    void anyNumberOfBytesIsSafe() {
        Stream.of("", "ff", "8100")
                .map(Bytes::fromHex)
                .forEach(bytes -> assertThat(without(bytes)).isEqualTo(bytes));
    }
}
