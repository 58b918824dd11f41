package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;

/** Another limit takes effect at once, whatever the one before it had let run ahead. */
final class PolicerChangeTest {

    private static final Policer SLOW = new Policer(1_000_000, 4_000_000); // half a minute ahead of its rate
    private static final Policer FAST = new Policer(100_000_000, 100_000); // 8 ms
    private static final long SECOND = 1_000_000_000;

    private final MonotonicClock clock = MonotonicClock.system();
    private Bench bench;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private void limit(Policer policer) throws Exception {
        bench.subscribers().install(Packets6.entry(Line.IPOE, policer, policer, Treatment.PLAIN));
    }

    private static Bytes up() {
        return Packets6.up(Line.IPOE, Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 1400));
    }

    private static Bytes down() {
        return Packets6.down(Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, 1400));
    }

    /** A way through the gateway. */
    private interface Way {
        Verdict pass() throws Exception;
    }

    private void exhaust(Way way, Verdict policed) throws Exception {
        for (int i = 0; i < 10_000; i++) {
            if (way.pass() == policed) {
                return;
            }
        }
        throw new AssertionError("nothing is policed");
    }

    private long nanosUntil(Way way, Verdict forwarded) throws Exception {
        long begin = clock.nanos();
        while (way.pass() != forwarded) {
            assertThat(clock.nanos() - begin).as("nanoseconds of waiting").isLessThan(10 * SECOND);
        }
        return clock.nanos() - begin;
    }

    @Test
    void smallerBurstWipesOutWhatALargerOneHadRunAhead() throws Exception {
        limit(SLOW);
        Way up = () -> bench.access(up()).verdict();
        Way down = () -> bench.core(down()).verdict();
        exhaust(up, Verdict.POLICED_UP);
        exhaust(down, Verdict.POLICED_DOWN);
        limit(FAST);
        assertThat(nanosUntil(up, Verdict.FORWARDED_UP)).isLessThan(SECOND);
        assertThat(nanosUntil(down, Verdict.FORWARDED_DOWN)).isLessThan(SECOND);
    }
}
