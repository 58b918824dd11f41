package sluice.radius;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.CounterSet;
import sluice.radius.packet.VerifiedPacket;

/**
 * Delivers accounting records: those of one session one after the other, many sessions at once, each for as long as it
 * takes. While no server answers, only the oldest record is tried, less and less often, so that a server that comes
 * back is not met by a storm. Belongs to the request loop but for what says otherwise.
 */
final class AccountingSender {

    private static final Logger LOG = LoggerFactory.getLogger(AccountingSender.class);
    private static final int ON_THE_WAY_MAX = 256;
    private static final long PAUSE_MIN_MILLIS = 500;
    private static final long PAUSE_MAX_MILLIS = 8_000;

    private final RequestLoop loop;
    private final CounterSet<RadiusCounter> counters;
    private final LongConsumer delivered;
    /** By session; the head of each queue is on its way or ready. */
    private final Map<String, Queue<AccountingRecord>> sessions = new HashMap<>();

    private final PriorityQueue<AccountingRecord> ready =
            new PriorityQueue<>(Comparator.comparingLong(AccountingRecord::sequence));
    private final AtomicInteger onTheWay = new AtomicInteger();
    private volatile boolean silent;
    private volatile boolean closed;
    private long pause = PAUSE_MIN_MILLIS;
    private boolean pausing;
    private boolean reported;

    /** @param delivered takes the sequence of each record that a server has, on the loop */
    AccountingSender(RequestLoop loop, CounterSet<RadiusCounter> counters, LongConsumer delivered) {
        this.loop = loop;
        this.counters = counters;
        this.delivered = delivered;
    }

    /** Takes charge of a record. Any thread; records of one session in their order. */
    void deliver(AccountingRecord record) {
        loop.execute(() -> {
            Queue<AccountingRecord> queue = sessions.computeIfAbsent(record.session(), first -> new ArrayDeque<>(2));
            queue.add(record);
            if (queue.size() == 1) {
                ready.add(record);
                if (!silent) {
                    pump(ON_THE_WAY_MAX);
                }
            }
        });
    }

    private void pump(int max) {
        while (onTheWay.get() < max && !closed) {
            @Nullable AccountingRecord next = ready.poll();
            if (next == null) {
                return;
            }
            onTheWay.incrementAndGet();
            loop.submit(next.draft(), new Delivery(next));
        }
    }

    private void succeeded(AccountingRecord record) {
        onTheWay.decrementAndGet();
        counters.count(RadiusCounter.ACCOUNTING_DELIVERED);
        if (silent) {
            silent = false;
            pause = PAUSE_MIN_MILLIS;
        }
        if (reported) {
            reported = false;
            LOG.info("Accounting is delivered again");
        }
        Queue<AccountingRecord> queue = sessions.getOrDefault(record.session(), new ArrayDeque<>());
        queue.poll();
        @Nullable AccountingRecord next = queue.peek();
        if (next == null) {
            sessions.remove(record.session());
        } else {
            ready.add(next);
        }
        delivered.accept(record.sequence());
        pump(ON_THE_WAY_MAX);
    }

    private void failed(AccountingRecord record, String reason) {
        onTheWay.decrementAndGet();
        ready.add(record);
        if (closed) {
            return;
        }
        counters.count(RadiusCounter.ACCOUNTING_POSTPONED);
        if (silent && !reported) { // not at the first failure: servers come one by one when the gateway starts
            reported = true;
            LOG.warn("Accounting is not delivered: {}. Records wait in the event log", reason);
        }
        silent = true;
        if (!pausing) {
            pausing = true;
            loop.schedule(this::resume, pause);
            pause = Math.min(pause * 2, PAUSE_MAX_MILLIS);
        }
    }

    private void resume() {
        pausing = false;
        pump(silent ? 1 : ON_THE_WAY_MAX);
    }

    /** Nothing new is sent from now on. Any thread. */
    void close() {
        closed = true;
    }

    /** Records sent and not answered yet. Any thread. */
    int onTheWay() {
        return onTheWay.get();
    }

    /** Whether no server answers. Any thread. */
    boolean isSilent() {
        return silent;
    }

    /** Learns what became of one record. */
    private final class Delivery implements Completion {

        private final AccountingRecord record;

        Delivery(AccountingRecord record) {
            this.record = record;
        }

        @Override
        public Runnable answered(VerifiedPacket reply) {
            return () -> succeeded(record);
        }

        @Override
        public void unanswered(String reason) {
            loop.execute(() -> failed(record, reason));
        }
    }
}
