package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;

final class AmountsTest {

    @Test
    void durationsHaveTheirTwoLargestUnits() {
        assertThat(Amounts.duration(Duration.ZERO)).isEqualTo("0s");
        assertThat(Amounts.duration(Duration.ofSeconds(59))).isEqualTo("59s");
        assertThat(Amounts.duration(Duration.ofSeconds(3_599))).isEqualTo("59m 59s");
        assertThat(Amounts.duration(Duration.ofMinutes(150))).isEqualTo("2h 30m");
        assertThat(Amounts.duration(Duration.ofHours(73))).isEqualTo("3d 1h");
        assertThat(Amounts.duration(Duration.ofSeconds(-61))).isEqualTo("-1m 1s");
    }

    @Test
    void bytesAreRoundedUpIntoTheNextUnit() {
        assertThat(Amounts.bytes(0)).isEqualTo("0 B");
        assertThat(Amounts.bytes(999)).isEqualTo("999 B");
        assertThat(Amounts.bytes(1_000)).isEqualTo("1 kB");
        assertThat(Amounts.bytes(1_549_999)).isEqualTo("1.5 MB");
        assertThat(Amounts.bytes(999_999)).isEqualTo("1 MB");
        assertThat(Amounts.bytes(Long.MAX_VALUE)).isEqualTo("9.2 EB");
    }

    @Test
    void aRateHasItsBurst() {
        assertThat(Amounts.rate(new Policer(2_500_000, 64_000))).isEqualTo("2.5 Mbit/s, burst 64 kB");
        assertThat(Amounts.rate(Policer.UNLIMITED)).isEqualTo("unlimited");
    }
}
