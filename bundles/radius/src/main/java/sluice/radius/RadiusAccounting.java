package sluice.radius;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.EventLog;
import sluice.platform.api.EventReader;
import sluice.platform.api.LoggedEvent;

/**
 * Tells RADIUS what happened to sessions (RFC 2866): follows the event log with the cursor {@code radius}, which moves
 * on when a server has a record and all before it. So nothing is lost while servers are away, and the log is the only
 * spool.
 *
 * <p>Its thread, {@code sluice-radius-accounting}, reads; sending is done on the request loop.
 */
@Component(service = RadiusAccounting.class, immediate = true)
public final class RadiusAccounting {

    private static final Logger LOG = LoggerFactory.getLogger(RadiusAccounting.class);
    private static final String CURSOR = "radius";
    private static final int WAITING_MAX = 4096;
    private static final int READ_MAX = 512;
    private static final Duration READ_WAIT = Duration.ofSeconds(1);
    private static final long RECOVERY_SECONDS = 5;

    private final EventReader reader;
    private final RequestLoop loop;
    private final AccountingRequests requests;
    private final AccountingSender sender;
    private final DeliveryWindow window;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private boolean committing;

    /** Begins to read where the cursor stands. */
    @Activate
    public RadiusAccounting(@Reference RadiusClient client, @Reference EventLog log) {
        loop = client.loop();
        requests = new AccountingRequests(client.requestSettings(), client.counters());
        sender = new AccountingSender(loop, client.counters(), this::delivered);
        reader = log.open(CURSOR);
        window = new DeliveryWindow(WAITING_MAX, reader.committed());
        thread = Thread.ofPlatform().name("sluice-radius-accounting").daemon().start(this::run);
    }

    private void run() {
        try {
            while (closing.getCount() > 0) {
                turn();
            }
        } catch (InterruptedException e) { // the way to end
            LOG.debug("Accounting ends at event {}", window.done());
        }
    }

    private void turn() throws InterruptedException {
        try {
            List<LoggedEvent> events = reader.read(READ_MAX, READ_WAIT);
            for (LoggedEvent event : events) {
                account(event);
            }
            reader.commit(window.done());
        } catch (RuntimeException e) { // the log is in trouble; it comes back or the operator sees it there
            LOG.error("The event log cannot be read", e);
            closing.await(RECOVERY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void account(LoggedEvent event) throws InterruptedException {
        Optional<AccountingRecord> record = requests.of(event);
        if (record.isEmpty()) {
            window.pass(event.sequence());
            return;
        }
        if (record.get().alone()) {
            window.awaitEmpty();
        }
        window.add(event.sequence());
        sender.deliver(record.get());
        if (record.get().alone()) {
            window.awaitEmpty();
        }
    }

    /** On the loop. One commit for all records that are answered in one turn of it. */
    private void delivered(long sequence) {
        window.delivered(sequence);
        if (!committing) {
            committing = true;
            loop.execute(() -> {
                committing = false;
                if (closing.getCount() > 0) {
                    reader.commit(window.done());
                }
            });
        }
    }

    /** Records that were read and that no server has yet. */
    int waiting() {
        return window.size();
    }

    AccountingSender sender() {
        return sender;
    }

    EventReader reader() {
        return reader;
    }

    /** Stops reading; what no server has is read again next time. */
    @Deactivate
    void close() throws InterruptedException {
        sender.close();
        closing.countDown();
        thread.interrupt();
        thread.join();
        reader.close();
    }
}
