package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.net.VlanId;
import sluice.net.VlanTag;

class LineMarkTest {

    private static final List<VlanTag> LINE =
            List.of(new VlanTag(VlanTag.S_TAG, 5 << 13 | 0xabc), VlanTag.customer(new VlanId(0x123)));

    @Test
    void markHasEveryBitInItsPlace() {
        assertThat(LineMark.of(List.of())).isZero();
        assertThat(LineMark.of(LINE)).isEqualTo(0x83abc123);
        assertThat(LineMark.of(LINE.subList(1, 2))).isEqualTo(0x80123000);
        assertThat(LineMark.leaving(LINE, false)).isEqualTo(0x83abc123);
        assertThat(LineMark.leaving(LINE, true)).isEqualTo(0xebabc123);
    }

    @Test
    void tagsThatTheKernelDoesNotKnowHaveNoMark() {
        assertThat(LineMark.knows(LINE)).isTrue();
        assertThat(LineMark.knows(List.of(new VlanTag(VlanTag.OLD_S_TAG, 7)))).isFalse();
        assertThat(LineMark.knows(List.of(LINE.getFirst(), LINE.getFirst()))).isFalse();
    }
}
