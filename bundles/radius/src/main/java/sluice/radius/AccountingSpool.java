package sluice.radius;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.CounterSet;
import sluice.platform.api.EventReader;
import sluice.platform.api.LoggedEvent;

/**
 * One way of accounting out of the event log: to the servers together, or to one copy. Follows the log with a cursor,
 * which moves on when a record and all before it are delivered, or safely set aside.
 *
 * <p>Its thread, {@code sluice-accounting-CURSOR}, reads and looks after the alarm; sending is done on the request
 * loop.
 */
final class AccountingSpool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AccountingSpool.class);
    private static final int WAITING_MAX = 4096;
    private static final int READ_MAX = 512;
    private static final long TURN_MILLIS = 1_000;
    private static final long RECOVERY_SECONDS = 5;
    private static final long AGAIN_MILLIS = 1_000;

    private final String name;
    private final RequestLoop loop;
    private final SpoolSettings settings;
    private final SpoolParts with;
    private final CounterSet<RadiusCounter> counters;
    private final AccountingRequests requests;
    private final AccountingSender sender;
    private final EventReader reader;
    private final DeliveryWindow window;
    private final SetAside aside;
    private final SpoolAlarm alarm;
    private final Episode losses = new Episode();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private boolean committing;

    /** Begins to read where the cursor of that name stands. Reads what was set aside, so it blocks. */
    AccountingSpool(
            String name,
            RequestLoop loop,
            RequestSettings requestSettings,
            SpoolSettings settings,
            SpoolParts with,
            CounterSet<RadiusCounter> counters) {
        this.name = name;
        this.loop = loop;
        this.settings = settings;
        this.with = with;
        this.counters = counters;
        requests = new AccountingRequests(requestSettings, counters);
        aside = new SetAside(name, with.store(), with.journal());
        sender = new AccountingSender(name, loop, with.clock(), counters, settings.perSecond(), new Outcomes());
        reader = with.log().open(name);
        window = new DeliveryWindow(WAITING_MAX, reader.committed());
        alarm = new SpoolAlarm(name, settings, with);
        for (LoggedEvent event : aside.found()) {
            requests.of(event).ifPresent(sender::deliverAside);
        }
        thread = Thread.ofPlatform().name("sluice-accounting-" + name).daemon().start(this::run);
    }

    private void run() {
        try {
            while (closing.getCount() > 0) {
                turn();
            }
        } catch (InterruptedException e) { // the way to end
            LOG.debug("Accounting ({}) ends at event {}", name, window.done());
        }
    }

    private void turn() throws InterruptedException {
        try {
            alarm.look(oldest(), reader.lost());
            int room = window.awaitRoom(TURN_MILLIS);
            if (room <= 0) {
                return;
            }
            List<LoggedEvent> events = reader.read(Math.min(READ_MAX, room), Duration.ofMillis(TURN_MILLIS));
            events.forEach(this::account);
            reader.commit(window.done());
        } catch (RuntimeException e) { // the log is in trouble; it comes back or the operator sees it there
            LOG.error("The event log cannot be read", e);
            closing.await(RECOVERY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void account(LoggedEvent event) {
        Optional<AccountingRecord> record =
                aside.has(event.sequence()) ? Optional.empty() : requests.of(event); // kept before a crash, not passed
        if (record.isEmpty()) {
            window.pass(event.sequence());
        } else {
            window.add(event.sequence(), event.event().time());
            sender.deliver(record.get());
        }
    }

    /** On the loop. One commit for all records that are done in one turn of it. */
    private void passed(long sequence) {
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

    /** Name of the cursor. */
    String name() {
        return name;
    }

    /** Records that were read and that no server has yet, but for those set aside. */
    int waiting() {
        return window.size();
    }

    /** When the oldest record happened that no server has. */
    Optional<Instant> oldest() {
        return Stream.of(window.oldest(), aside.oldest())
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    AccountingSender sender() {
        return sender;
    }

    EventReader reader() {
        return reader;
    }

    SetAside aside() {
        return aside;
    }

    SpoolAlarm alarm() {
        return alarm;
    }

    CounterSet<RadiusCounter> counters() {
        return counters;
    }

    /** Stops reading; what no server has is read again next time. */
    @Override
    public void close() {
        sender.close();
        closing.countDown();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reader.close();
    }

    /** What becomes of records; on the loop. */
    private final class Outcomes implements AccountingSender.Watcher {

        @Override
        public void delivered(AccountingRecord record, boolean wasAside) {
            if (wasAside) {
                aside.remove(record.logged(), this::gone);
            }
            passed(record.sequence());
        }

        @Override
        public void setAside(AccountingRecord record) {
            counters.count(RadiusCounter.ACCOUNTING_SET_ASIDE);
            keep(record);
        }

        private void keep(AccountingRecord record) {
            aside.put(
                    record.logged(),
                    durable -> loop.execute(() -> {
                        if (durable) {
                            passed(record.sequence());
                        } else {
                            loop.schedule(() -> keepStill(record), AGAIN_MILLIS);
                        }
                    }));
        }

        private void keepStill(AccountingRecord record) {
            if (aside.has(record.sequence())) { // it may be delivered meanwhile
                keep(record);
            }
        }

        @Override
        public boolean isHopeless(AccountingRecord record) {
            Instant happened = record.logged().event().time();
            return aside.isFull()
                    || happened.plus(settings.refusedFor()).isBefore(with.wall().instant());
        }

        @Override
        public void givenUp(AccountingRecord record) {
            counters.count(RadiusCounter.ACCOUNTING_GIVEN_UP);
            if (losses.begins(with.clock().millis())) {
                LOG.error(
                        "Accounting record {} ({}) is given up: servers take others and refuse it. Its event {} in"
                                + " the event log has what it said",
                        record.session(),
                        name,
                        SetAside.REFUSED);
            }
            aside.giveUp(record.logged(), with.wall().instant(), this::gone);
            passed(record.sequence());
        }

        private void gone(boolean durable) {
            if (!durable) { // it comes again after a restart, which a server knows how to take
                LOG.debug("A record that is done stays in the store");
            }
        }
    }
}
