package sluice.qos;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/**
 * Packets over the rate by policy and direction: {@code bng_qos_packets_dropped_total}. Reads all sessions every half
 * minute in a thread of its own, {@code sluice-qos-drops}, and when somebody looks.
 */
@Component(
        service = {Inspectable.class, DropSampler.class},
        immediate = true)
public final class DropSampler implements Inspectable {

    private static final long PAUSE_SECONDS = 30;
    /** What is dropped before the first round is not counted, and the engine may come later than we. */
    private static final long FIRST_PAUSE_SECONDS = 1;

    private static final Duration ANSWER = Duration.ofSeconds(5);
    /** For the operator who waits. */
    private static final Duration ANSWER_NOW = Duration.ofMillis(700);

    private final SessionReader sessions;
    private final DropMeter meter = new DropMeter();
    private final ReentrantLock rounds = new ReentrantLock();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("sluice-qos-drops").daemon().unstarted(this::run);

    /** For the framework. */
    @Activate
    public DropSampler(@Reference SessionReader sessions) {
        this.sessions = sessions;
        thread.start();
    }

    /** Ends the thread. */
    @Deactivate
    void close() {
        closing.countDown();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String name() {
        return "qos:dropped";
    }

    @Override
    public String description() {
        return "Packets over the rate, by policy and direction, since the start";
    }

    @Override
    public Table table() {
        try {
            round(ANSWER_NOW);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return meter.table();
    }

    /** As of the last round. */
    DropMeter meter() {
        return meter;
    }

    private void run() {
        boolean counting = false;
        try {
            long pause;
            do {
                counting |= round(ANSWER);
                pause = counting ? PAUSE_SECONDS : FIRST_PAUSE_SECONDS;
            } while (!closing.await(pause, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Says whether all sessions were read; nothing is while another round is under way. */
    private boolean round(Duration most) throws InterruptedException {
        if (!rounds.tryLock()) {
            return false;
        }
        try {
            boolean complete = sessions.read(meter::read, most);
            if (complete) {
                meter.rounded();
            }
            return complete;
        } finally {
            rounds.unlock();
        }
    }
}
