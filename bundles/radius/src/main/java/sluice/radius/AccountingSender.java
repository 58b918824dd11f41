package sluice.radius;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.MonotonicClock;
import sluice.platform.api.CounterSet;
import sluice.radius.packet.VerifiedPacket;

/**
 * Delivers accounting records: those of one session one after the other, many sessions at once, no more per second than
 * the rate allows. Belongs to the request loop but for what says otherwise.
 *
 * <p>While no server answers, one record is tried at a time, less and less often, and each time another one. A record
 * that is not answered while others are is refused: after some rounds its session is set aside, which holds nobody up,
 * and tried on more and more seldom.
 *
 * <p>Accounting-On and -Off wait until everything before is delivered, and what comes later waits for them. When they
 * are not answered, what comes next is sent as well to find out whether it is them or the server; it is sent again
 * afterwards.
 */
final class AccountingSender {

    private static final Logger LOG = LoggerFactory.getLogger(AccountingSender.class);
    private static final int ON_THE_WAY_MAX = 256;
    private static final long PAUSE_MIN_MILLIS = 500;
    private static final long PAUSE_MAX_MILLIS = 8_000;
    private static final int ROUNDS_MAX = 3;
    private static final long REST_MIN_MILLIS = 5_000;
    private static final long REST_MAX_MILLIS = 600_000;
    /** From so many attempts in silence on, every other one is made with what waits behind Accounting-On or -Off. */
    private static final int DOUBTS = 6;

    private final String reader;
    private final RequestLoop loop;
    private final MonotonicClock clock;
    private final CounterSet<RadiusCounter> counters;
    private final Watcher watcher;
    private final SendRate rate;
    private final LoopTimers timers;
    private final Map<String, SessionRecords> sessions = new HashMap<>();
    /** Sessions whose first record may be sent: the least tried in silence, then the oldest. */
    private final PriorityQueue<SessionRecords> ready = new PriorityQueue<>(
            Comparator.comparingInt(SessionRecords::attempts).thenComparingLong(SessionRecords::sequence));

    /** What waits for Accounting-On or -Off, or is one that waits. */
    private final Deque<AccountingRecord> held = new ArrayDeque<>();

    private final AtomicInteger onTheWay = new AtomicInteger();
    private final Episode refusals = new Episode();
    private volatile boolean silent;
    private volatile boolean closed;
    private boolean barrier;
    /** Records that are not delivered, but for those set aside. */
    private int outstanding;

    private long answers;
    private long pause = PAUSE_MIN_MILLIS;
    private boolean pausing;
    private boolean slowed;
    private boolean reported;

    /** Learns what becomes of records, on the loop. */
    interface Watcher {

        /** A server has it. */
        void delivered(AccountingRecord record, boolean aside);

        /** Servers take others and not this one: keep it, the sender goes on trying. */
        void setAside(AccountingRecord record);

        /** Whether one that is refused is to be given up now. */
        boolean isHopeless(AccountingRecord record);

        /** It will not be tried any more. */
        void givenUp(AccountingRecord record);
    }

    /** @param perSecond records per second, 0 without limit */
    AccountingSender(
            String reader,
            RequestLoop loop,
            MonotonicClock clock,
            CounterSet<RadiusCounter> counters,
            int perSecond,
            Watcher watcher) {
        this.reader = reader;
        this.loop = loop;
        this.clock = clock;
        this.counters = counters;
        this.rate = new SendRate(perSecond);
        this.timers = new LoopTimers(loop, clock);
        this.watcher = watcher;
    }

    /** Takes charge of a record. Any thread; records in their order. */
    void deliver(AccountingRecord record) {
        loop.execute(() -> {
            if (!held.isEmpty() || barrier || record.alone() && outstanding > 0) {
                held.add(record);
            } else {
                admit(record);
            }
        });
    }

    /** Takes charge of a record that was set aside before a restart. Any thread; records in their order. */
    void deliverAside(AccountingRecord record) {
        loop.execute(() -> {
            SessionRecords session = sessions.computeIfAbsent(record.session(), SessionRecords::new);
            session.aside = true;
            add(session, record);
        });
    }

    private void admit(AccountingRecord record) {
        SessionRecords session = sessions.computeIfAbsent(record.session(), SessionRecords::new);
        if (session.aside && watcher.isHopeless(record)) {
            watcher.givenUp(record);
            return;
        }
        if (session.aside) {
            watcher.setAside(record);
        } else {
            outstanding++;
            barrier = record.alone();
        }
        add(session, record);
    }

    private void add(SessionRecords session, AccountingRecord record) {
        session.records.add(record);
        if (session.records.size() == 1) {
            ready.add(session);
            if (!silent) {
                pump();
            }
        }
    }

    private void pump() {
        int max = silent ? 1 : ON_THE_WAY_MAX;
        while (onTheWay.get() < max && !closed) {
            @Nullable SessionRecords next = ready.peek();
            if (next == null) {
                return;
            }
            long wait = rate.take(clock.nanos());
            if (wait > 0) {
                slow(wait);
                return;
            }
            ready.poll();
            onTheWay.incrementAndGet();
            @Nullable AccountingRecord behind = held.peek();
            AccountingRecord record = silent && behind != null && next.isDoubtful() ? behind : next.first();
            loop.submit(record.draft(), new Delivery(next, record));
        }
    }

    private void slow(long nanos) {
        if (!slowed) {
            slowed = true;
            loop.schedule(
                    () -> {
                        slowed = false;
                        pump();
                    },
                    nanos / 1_000_000 + 1);
        }
    }

    private void answered(SessionRecords session, AccountingRecord record) {
        onTheWay.decrementAndGet();
        answers++;
        silent = false;
        pause = PAUSE_MIN_MILLIS;
        if (reported) {
            reported = false;
            LOG.info("Accounting ({}) is delivered again", reader);
        }
        if (record.sequence() == session.sequence()) {
            counters.count(RadiusCounter.ACCOUNTING_DELIVERED);
            boolean aside = session.aside;
            done(session);
            watcher.delivered(record, aside);
        } else {
            session.suspected = true; // the server answers to this, and not to what must come first
            ready.add(session);
        }
        pump();
    }

    /** The first record of the session needs nothing more. */
    private void done(SessionRecords session) {
        session.records.poll();
        session.attempts = 0;
        session.rounds = 0;
        if (session.records.isEmpty()) {
            sessions.remove(session.id);
        } else {
            ready.add(session);
        }
        settle(session.aside ? 0 : 1);
    }

    /** So many records need no waiting for any more. */
    private void settle(int records) {
        outstanding -= records;
        if (outstanding > 0) {
            return;
        }
        barrier = false;
        for (@Nullable AccountingRecord next = held.peek(); next != null; next = held.peek()) {
            if (barrier || next.alone() && outstanding > 0) {
                return;
            }
            held.poll();
            admit(next);
        }
    }

    private void unanswered(SessionRecords session, long answersBefore, String reason) {
        onTheWay.decrementAndGet();
        if (closed) {
            return;
        }
        counters.count(RadiusCounter.ACCOUNTING_POSTPONED);
        if (answers > answersBefore || session.suspected) {
            refused(session);
            pump();
        } else {
            session.attempts++;
            ready.add(session);
            fallSilent(reason);
        }
    }

    private void fallSilent(String reason) {
        if (silent && !reported) { // not at the first failure: servers come one by one when the gateway starts
            reported = true;
            LOG.warn("Accounting ({}) is not delivered: {}. Records wait in the event log", reader, reason);
        }
        silent = true;
        if (!pausing) {
            pausing = true;
            timers.after(pause, this::resume);
            pause = Math.min(pause * 2, PAUSE_MAX_MILLIS);
        }
    }

    private void resume() {
        pausing = false;
        pump();
    }

    private void refused(SessionRecords session) {
        session.rounds++;
        session.suspected = false;
        AccountingRecord first = session.first();
        boolean enough = session.aside || session.rounds >= ROUNDS_MAX;
        if (enough && (first.alone() || watcher.isHopeless(first))) {
            done(session);
            watcher.givenUp(first);
            return;
        }
        if (enough && !session.aside) {
            if (refusals.begins(clock.millis())) {
                LOG.warn(
                        "session={} is not accounted ({}): servers answer others and not this one. It is set aside"
                                + " and tried on, look into the log of the server",
                        session.id,
                        reader);
            }
            session.aside = true;
            session.records.forEach(watcher::setAside);
            settle(session.records.size());
        }
        long rest = Math.min(REST_MIN_MILLIS << Math.min(session.rounds - 1, 10), REST_MAX_MILLIS);
        timers.after(rest, () -> {
            ready.add(session);
            pump();
        });
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

    /** What is not delivered of one session; in {@link #ready}, on the way, or at rest. */
    private static final class SessionRecords {

        private final String id;
        private final Deque<AccountingRecord> records = new ArrayDeque<>(2);
        /** Of the first record: attempts that nobody answered while nobody answered anything. */
        private int attempts;
        /** Of the first record: attempts that nobody answered while others were answered. */
        private int rounds;

        private boolean aside;
        private boolean suspected;

        SessionRecords(String id) {
            this.id = id;
        }

        AccountingRecord first() {
            return Optional.ofNullable(records.peek()).orElseThrow();
        }

        long sequence() {
            return first().sequence();
        }

        int attempts() {
            return attempts;
        }

        /** Whether it is time to try whether the server answers anything at all. */
        boolean isDoubtful() {
            return first().alone() && attempts >= DOUBTS && attempts % 2 == 1;
        }
    }

    /** Learns what became of one record. */
    private final class Delivery implements Completion {

        private final SessionRecords session;
        private final AccountingRecord record;
        private final long answersBefore = answers;

        Delivery(SessionRecords session, AccountingRecord record) {
            this.session = session;
            this.record = record;
        }

        @Override
        public Runnable answered(VerifiedPacket reply) {
            return () -> AccountingSender.this.answered(session, record);
        }

        @Override
        public void unanswered(String reason) {
            loop.execute(() -> AccountingSender.this.unanswered(session, answersBefore, reason));
        }
    }
}
