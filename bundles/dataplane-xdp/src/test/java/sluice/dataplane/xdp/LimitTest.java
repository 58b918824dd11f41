package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Policer;

final class LimitTest {

    @ParameterizedTest
    @ValueSource(
            longs = {8_000, 64_000, 1_000_000, 50_000_000, 300_000_000, 1_000_000_000, 10_000_000_000L, 100_000_000_000L
            })
    void ratesComeBackWithinTwoPerMille(long rate) {
        Policer back = Limit.of(new Policer(rate, 1_000_000)).toPolicer();
        assertThat((double) back.bitsPerSecond()).isCloseTo((double) rate, within(rate * 0.002));
    }

    @Test
    void aWholeBurstConforms() {
        for (long rate : new long[] {8_000, 3_000_000, 999_999_999}) {
            Limit limit = Limit.of(new Policer(rate, 15_000));
            double nanos = 15_000.0 * Integer.toUnsignedLong(limit.cost()) / 4096;
            assertThat(Integer.toUnsignedLong(limit.burst()) * 1000.0).isGreaterThanOrEqualTo(nanos * 0.9999);
        }
    }

    @Test
    void extremesAreTheNearestThatFit() {
        assertThat(Integer.toUnsignedLong(Limit.of(new Policer(1, 1)).cost())).isEqualTo(0xffff_ffffL);
        assertThat(Limit.of(new Policer(Long.MAX_VALUE, 1)).cost()).isEqualTo(1);
        assertThat(Integer.toUnsignedLong(
                        Limit.of(new Policer(1, Long.MAX_VALUE)).burst()))
                .isEqualTo(0xffff_ffffL);
        assertThat(Limit.of(Policer.UNLIMITED)).isEqualTo(Limit.NONE);
        assertThat(Limit.NONE.toPolicer()).isEqualTo(Policer.UNLIMITED);
    }
}
