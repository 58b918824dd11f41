package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendRateTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void noSecondSeesMoreThanOnePercentAboveTheRate() {
        for (int perSecond : new int[] {1, 7, 100, 2_000, 50_000}) {
            SendRate rate = new SendRate(perSecond);
            List<Long> sent = new ArrayList<>();
            long now = -3 * SECOND;
            while (now < 2 * SECOND) {
                long wait = rate.take(now);
                if (wait == 0) {
                    sent.add(now);
                } else {
                    now += wait;
                }
            }
            int first = 0;
            for (int last = 0; last < sent.size(); last++) {
                while (sent.get(last) - sent.get(first) >= SECOND) {
                    first++;
                }
                assertThat(last - first + 1).as("%s/s", perSecond).isLessThanOrEqualTo(perSecond + perSecond / 100 + 2);
            }
            assertThat(sent.size()).as("%s/s over five seconds", perSecond).isGreaterThanOrEqualTo(5 * perSecond);
        }
    }

    @Test
    void afterAPauseNothingIsMadeUpFor() {
        SendRate rate = new SendRate(100);
        assertThat(rate.take(0)).isZero();
        long later = 1000 * SECOND;
        int now = 0;
        while (rate.take(later) == 0) {
            now++;
        }
        assertThat(now).isLessThanOrEqualTo(2);
    }

    @Test
    void withoutLimitNobodyWaits() {
        SendRate rate = new SendRate(0);
        for (int i = 0; i < 1000; i++) {
            assertThat(rate.take(5)).isZero();
        }
    }
}
