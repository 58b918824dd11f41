package sluice.radius.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;

class MikrotikRateLimitTest {

    @Test
    void mikrotikRateLimitIsSeenFromTheRouter() {
        MikrotikRateLimit limit = MikrotikRateLimit.parse("10M/100M 20M/200M 8M/80M 8/16");
        assertThat(limit.upload()).contains(new Policer(10_000_000, 8_000_000));
        assertThat(limit.download()).contains(new Policer(100_000_000, 160_000_000));
        assertThat(MikrotikRateLimit.parse("512k").upload().map(Policer::bitsPerSecond))
                .contains(512_000L);
        assertThat(MikrotikRateLimit.parse("0/5M").upload()).isEmpty();
        for (String bad : List.of("", "fast", "1M/2M/3M", "-1", "1M/", "99999999999999M")) {
            assertThatIllegalArgumentException().as(bad).isThrownBy(() -> MikrotikRateLimit.parse(bad));
        }
    }
}
