package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {

    @Test
    void isKeptToTheSecondWhateverTheTurns() {
        Pace pace = Pace.perSecond(50, -7_000);
        int done = 0;
        for (long now = -7_000; now < 3_000; now += 7) {
            while (pace.takes(now)) {
                done++;
            }
        }
        assertThat(done).isBetween(495, 505);
    }

    @Test
    void isKeptAboveOneInAMillisecond() {
        Pace pace = Pace.perSecond(5_000, 0);
        int done = 0;
        for (long now = 0; now < 1_000; now++) {
            while (pace.takes(now)) {
                done++;
            }
        }
        assertThat(done).isBetween(4_900, 5_150);
    }

    @Test
    void makesUpForNothingAfterALongPause() {
        Pace pace = Pace.perSecond(100, 0);
        assertThat(pace.takes(0)).isTrue();
        int burst = 0;
        while (pace.takes(3_600_000)) {
            burst++;
        }
        assertThat(burst).isLessThanOrEqualTo(4);
    }

    @Test
    void saysWhenTheNextIsAllowed() {
        Pace pace = Pace.every(5_000, 1_000);
        assertThat(pace.takes(1_000)).isTrue();
        assertThat(pace.takes(5_000)).isFalse();
        assertThat(pace.next()).isBetween(5_900L, 6_000L);
        assertThat(pace.takes(pace.next())).isTrue();
    }
}
