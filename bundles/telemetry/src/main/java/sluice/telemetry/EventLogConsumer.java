package sluice.telemetry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.EventLog;
import sluice.platform.api.EventReader;
import sluice.platform.api.LoggedEvent;

/**
 * Follows the event log on a thread of its own, {@code sluice-telemetry-NAME}. A batch that the route could not deliver
 * comes again after a while; so nothing is skipped and nothing changes its order.
 */
final class EventLogConsumer extends DefaultConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(EventLogConsumer.class);
    private static final Duration WAIT = Duration.ofSeconds(1);
    /** So many seconds without an event, and an empty batch looks whether the other end is still there. */
    private static final int LOOK_AFTER = 10;

    private static final long RETRY_FIRST_MILLIS = 100;
    private static final long RETRY_MAX_MILLIS = 15_000;

    private final EventLog log;
    private final String cursor;
    private final int batchMax;
    private final Backoff backoff = new Backoff(RETRY_FIRST_MILLIS, RETRY_MAX_MILLIS);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    EventLogConsumer(Endpoint endpoint, Processor processor, EventLog log, String cursor, int batchMax) {
        super(endpoint, processor);
        this.log = log;
        this.cursor = cursor;
        this.batchMax = batchMax;
        thread = Thread.ofPlatform().name("sluice-telemetry-" + cursor).unstarted(this::run);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        thread.start();
    }

    @Override
    protected void doStop() throws Exception {
        stopping.countDown();
        thread.interrupt();
        if (thread.isAlive()) {
            thread.join();
        }
        super.doStop();
    }

    private void run() {
        try (EventReader reader = log.open(cursor)) {
            int quiet = LOOK_AFTER; // the first look makes what is missing at the other end
            while (!isEnding()) {
                List<LoggedEvent> batch = reader.read(batchMax, quiet < LOOK_AFTER ? WAIT : Duration.ZERO);
                if (!batch.isEmpty() || quiet++ >= LOOK_AFTER) {
                    turn(reader, batch);
                    quiet = 0;
                }
            }
        } catch (InterruptedException stopped) {
            LOG.debug("Sink {} stops", cursor);
        } catch (RuntimeException broken) {
            if (!isEnding()) {
                LOG.error("Sink {} ends: {}. Restart sluice-telemetry", cursor, broken.getMessage(), broken);
            }
        }
    }

    private void turn(EventReader reader, List<LoggedEvent> batch) throws InterruptedException {
        if (deliver(batch)) {
            if (!batch.isEmpty()) {
                reader.commit(batch.getLast().sequence());
            }
            backoff.reset();
        } else {
            reader.rewind();
            if (stopping.await(backoff.next(), TimeUnit.MILLISECONDS)) {
                throw new InterruptedException();
            }
        }
    }

    private boolean deliver(List<LoggedEvent> batch) {
        Exchange exchange = createExchange(false);
        try {
            exchange.getIn().setBody(batch);
            getProcessor().process(exchange);
            return exchange.getException() == null;
        } catch (Exception failure) { // Camel's contract: whatever a step of the route throws
            LOG.debug("Sink {}", cursor, failure);
            return false;
        } finally {
            releaseExchange(exchange, false);
        }
    }

    private boolean isEnding() {
        return stopping.getCount() == 0;
    }
}
