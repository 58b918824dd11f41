package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LineTableTest {

    private static final long SEED = 7;

    @Test
    void lineThatWasSilentForTheLongestTimeMakesRoom() {
        LineTable lines = new LineTable(2, SEED);
        lines.countDropped(lines.hear(1, 10));
        lines.hear(2, 20);
        lines.hear(1, 30);
        lines.hear(3, 40);
        assertThat(keys(lines)).containsExactlyInAnyOrder(1L, 3L);
        assertThat(lines.dropped(lines.hear(1, 50))).isEqualTo(1);
        assertThat(lines.time(lines.hear(1, 50))).as("when it was heard first").isEqualTo(10);
        int again = lines.hear(2, 60);
        assertThat(List.of(lines.time(again), lines.dropped(again))).containsExactly(60L, 0L);
    }

    @Test
    void tableRemembersWhatAListInTheOrderOfHearingRemembers() {
        for (int capacity : new int[] {1, 2, 3, 64, 100}) {
            LineTable lines = new LineTable(capacity, SEED);
            Map<Long, Long> model = new LinkedHashMap<>();
            SplittableRandom random = new SplittableRandom(capacity);
            for (int i = 0; i < 20_000; i++) {
                long key = random.nextLong(2L * capacity) << random.nextInt(3) * 20;
                long heard = model.containsKey(key) ? model.remove(key) : 0;
                if (model.size() == capacity) {
                    model.remove(model.keySet().iterator().next());
                }
                int slot = lines.hear(key, i);
                lines.countDropped(slot);
                model.put(key, heard + 1);
                assertThat(lines.dropped(slot)).isEqualTo(heard + 1);
            }
            assertThat(keys(lines)).containsExactlyInAnyOrderElementsOf(model.keySet());
        }
    }

    @Test
    void tableWithoutRoomIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LineTable(0, SEED));
    }

    private static List<Long> keys(LineTable lines) {
        List<Long> keys = new ArrayList<>();
        lines.forEachSlot(slot -> keys.add(lines.key(slot)));
        return keys;
    }
}
