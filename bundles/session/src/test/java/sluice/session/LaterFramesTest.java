package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;

/** Answers that leave later. */
final class LaterFramesTest {

    private final SessionTimers timers = new SessionTimers(0);
    private final List<Frame> sent = new ArrayList<>();
    private final LaterFrames later = new LaterFrames(timers, sent::add);

    @Test
    void framesLeaveWhenTheyAreDueWhateverTheOrderInWhichTheyCame() {
        add(300, 100, 200);
        assertThat(sentUntil(99)).isZero();
        assertThat(sentUntil(100)).isEqualTo(1);
        assertThat(sentUntil(200)).isEqualTo(2);
        assertThat(sentUntil(300)).isEqualTo(3);
        assertThat(timers.chores()).isZero();
    }

    @Test
    void oneTimerIsEnoughHoweverOftenAnEarlierFrameComes() {
        add(100_000);
        for (int at = 0; at < 10_000; at += 100) {
            add(at + 90, at + 50);
            assertThat(timers.chores()).isEqualTo(1);
            sentUntil(at + 100);
        }
        assertThat(timers.chores()).isEqualTo(1);
        sentUntil(100_000);
        assertThat(sent).hasSize(201);
        assertThat(timers.chores()).isZero();
    }

    private void add(long... due) {
        for (long one : due) {
            assertThat(later.add(List.of(new Frame(0, Bytes.EMPTY)), one)).isTrue();
        }
    }

    private int sentUntil(long time) {
        int work;
        do {
            work = timers.expire(time, Integer.MAX_VALUE, id -> {});
        } while (work > 0);
        return sent.size();
    }
}
