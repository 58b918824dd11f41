import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The peer of TimerLoad: the same timers on a ScheduledThreadPoolExecutor of one thread, which takes what is cancelled out
 * of its queue at once. Prints one JSON object. Its thread waits in a task of ours while the other one arms and cancels, so
 * that neither waits for the lock of the queue; what is due then expires in one go.
 */
final class ExecutorLoad {

    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long INTERIM = Duration.ofMinutes(5).toMillis();
    private static final long SOON = Duration.ofSeconds(1).toMillis();
    private static final int WARM_UPS = 2;

    private final Random random = new Random(1);
    private final int timers;
    private final ScheduledFuture<?>[] handles;
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    private final CountDownLatch expired;

    private ExecutorLoad(int timers) {
        this.timers = timers;
        handles = new ScheduledFuture<?>[timers];
        expired = new CountDownLatch(timers);
        executor.setRemoveOnCancelPolicy(true);
    }

    /** @param words how many timers */
    public static void main(String[] words) throws Exception {
        int timers = Integer.parseInt(words[0]);
        for (int i = 0; i < WARM_UPS; i++) {
            new ExecutorLoad(timers).measure();
        }
        System.gc();
        System.out.println(new ExecutorLoad(timers).measure());
    }

    private String measure() throws Exception {
        CountDownLatch armed = hold();
        long arming = arm();
        long again = rearm();
        armOverdue();
        long storm = storm(armed);
        CountDownLatch cancelled = hold();
        long cancelling = cancel();
        cancelled.countDown();
        executor.shutdownNow();
        return "{" + rate("arms_per_s", arming)
                + ", " + rate("rearms_per_s", again)
                + ", " + rate("storm_expiries_per_s", storm)
                + ", " + rate("cancels_per_s", cancelling) + "}";
    }

    /** Lets the thread of the executor wait until the latch is counted down. */
    private CountDownLatch hold() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        executor.execute(() -> {
            held.countDown();
            try {
                end.await();
            } catch (InterruptedException shutdown) {
                Thread.currentThread().interrupt();
            }
        });
        held.await();
        return end;
    }

    private long arm() {
        long begin = System.nanoTime();
        for (int i = 0; i < timers; i++) {
            handles[i] = schedule(i, 1 + random.nextLong(DAY));
        }
        return System.nanoTime() - begin;
    }

    /** As that of TimerLoad, in the same order. */
    private long rearm() {
        int step = 611_953;
        long begin = System.nanoTime();
        for (int i = 0, which = 0; i < timers; i++, which = (which + step) % timers) {
            handles[which].cancel(false);
            handles[which] = schedule(which, 1 + random.nextLong(INTERIM));
        }
        return System.nanoTime() - begin;
    }

    /** Each is moved to a time of its own within a second, which passes: they are due in an order that no cache likes. */
    private void armOverdue() throws InterruptedException {
        for (int i = 0; i < timers; i++) {
            handles[i].cancel(false);
            handles[i] = schedule(i, 1 + random.nextLong(SOON));
        }
        TimeUnit.MILLISECONDS.sleep(2 * SOON);
    }

    /** All are due when the thread goes on; each is armed again by its task. */
    private long storm(CountDownLatch end) throws InterruptedException {
        long begin = System.nanoTime();
        end.countDown();
        expired.await();
        return System.nanoTime() - begin;
    }

    private long cancel() {
        long begin = System.nanoTime();
        for (Future<?> handle : handles) {
            handle.cancel(false);
        }
        long nanos = System.nanoTime() - begin;
        if (!executor.getQueue().isEmpty()) {
            throw new IllegalStateException(executor.getQueue().size() + " timers are left");
        }
        return nanos;
    }

    private ScheduledFuture<?> schedule(int timer, long millis) {
        return executor.schedule(() -> armAgain(timer), millis, TimeUnit.MILLISECONDS);
    }

    private void armAgain(int timer) {
        handles[timer] = schedule(timer, INTERIM);
        expired.countDown();
    }

    private String rate(String name, long nanos) {
        return "\"" + name + "\": " + Math.round(timers * 1e9 / nanos);
    }
}
