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
@Component(service = Inspectable.class, immediate = true)
public final class DropSampler implements Inspectable {

    private static final long PAUSE_SECONDS = 30;
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

    private void run() {
        try {
            do {
                round(ANSWER);
            } while (!closing.await(PAUSE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Nothing while another round is under way. */
    private void round(Duration most) throws InterruptedException {
        if (!rounds.tryLock()) {
            return;
        }
        try {
            if (sessions.read(meter::read, most)) {
                meter.rounded();
            }
        } finally {
            rounds.unlock();
        }
    }
}
