import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongConsumer;
import sluice.loop.TimerWheel;

/**
 * What a shard does with its timers, as many as it is told (a million) armed, with the wheel of the appliance. Prints one JSON object. A
 * turn is what it is in a shard: at most 256 timers expire, and each is armed again by its handler.
 */
final class TimerLoad {

    private static final int PER_TURN = 256;
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long INTERIM = Duration.ofMinutes(5).toMillis();
    private static final int WARM_UPS = 2;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Random random = new Random(1);
    private final int timers;
    private final TimerWheel wheel;
    private final long[] handles;
    private final LongConsumer armAgain = this::armAgain;
    private long now;

    private TimerLoad(int timers) {
        this.timers = timers;
        wheel = new TimerWheel(0, timers);
        handles = new long[timers];
    }

    /** @param words how many timers */
    public static void main(String[] words) {
        int timers = Integer.parseInt(words[0]);
        for (int i = 0; i < WARM_UPS; i++) {
            new TimerLoad(timers).measure();
        }
        System.gc();
        System.out.println(new TimerLoad(timers).measure());
    }

    private String measure() {
        long armed = arm();
        long again = rearm();
        Turns steady = expire();
        Turns storm = storm();
        long cancelled = cancel();
        return "{" + rate("arms_per_s", timers, armed)
                + ", " + rate("rearms_per_s", timers, again)
                + ", " + rate("expiries_per_s", steady.expired, steady.nanos)
                + ", \"longest_turn_us\": " + steady.longest / 1e3
                + ", \"longest_turn_cpu_us\": " + steady.longestCpu / 1e3
                + ", " + rate("storm_expiries_per_s", storm.expired, storm.nanos)
                + ", \"storm_longest_turn_us\": " + storm.longest / 1e3
                + ", \"storm_longest_turn_cpu_us\": " + storm.longestCpu / 1e3
                + ", " + rate("cancels_per_s", timers, cancelled) + "}";
    }

    /** From none to all, each due within a day. */
    private long arm() {
        long begin = System.nanoTime();
        for (int i = 0; i < timers; i++) {
            handles[i] = wheel.schedule(1 + random.nextLong(DAY), i);
        }
        return System.nanoTime() - begin;
    }

    /** Each moved to within the next five minutes, in an order that no cache likes, as renewals come. */
    private long rearm() {
        int step = 611_953; // prime, so that every timer has its turn
        long begin = System.nanoTime();
        for (int i = 0, which = 0; i < timers; i++, which = (which + step) % timers) {
            wheel.cancel(handles[which]);
            handles[which] = wheel.schedule(1 + random.nextLong(INTERIM), which);
        }
        return System.nanoTime() - begin;
    }

    /** Five minutes of all sessions' interims: every timer is due once, and then armed for the next time. */
    private Turns expire() {
        Turns turns = new Turns();
        for (now = 1; now <= INTERIM; now++) {
            turns.until(now);
        }
        return turns;
    }

    /** All are due when the loop wakes up, as after a pause of the machine. */
    private Turns storm() {
        Turns turns = new Turns();
        now = 3 * INTERIM;
        turns.until(now);
        return turns;
    }

    private long cancel() {
        long begin = System.nanoTime();
        for (int i = 0; i < timers; i++) {
            wheel.cancel(handles[i]);
        }
        long nanos = System.nanoTime() - begin;
        if (wheel.armed() != 0) {
            throw new IllegalStateException(wheel.armed() + " timers are left");
        }
        return nanos;
    }

    private void armAgain(long timer) {
        handles[(int) timer] = wheel.schedule(now + INTERIM, timer);
    }

    private static String rate(String name, long count, long nanos) {
        return "\"" + name + "\": " + Math.round(count * 1e9 / nanos);
    }

    /** Turns of a shard. */
    private final class Turns {
        private long expired;
        private long nanos;
        private long longest;
        private long longestCpu;

        void until(long time) {
            while (wheel.nextDeadline() <= time) {
                long beginCpu = threads.getCurrentThreadCpuTime();
                long begin = System.nanoTime();
                expired += wheel.expire(time, PER_TURN, armAgain);
                long took = System.nanoTime() - begin;
                nanos += took;
                longest = Math.max(longest, took);
                longestCpu = Math.max(longestCpu, threads.getCurrentThreadCpuTime() - beginCpu);
            }
            if (wheel.armed() != timers) {
                throw new IllegalStateException(wheel.armed() + " timers are armed, expected " + timers);
            }
        }
    }
}
