package sluice.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import sluice.net.Bytes;
import sluice.platform.api.CursorPosition;
import sluice.platform.api.Event;
import sluice.platform.api.EventLog;
import sluice.platform.api.EventReader;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.LogSize;
import sluice.platform.api.LoggedEvent;
import sluice.platform.api.Store;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * Journal, store and event log in memory, with the same promises except for the power cut. By default a transaction is
 * durable when {@link #submit} returns; {@link #hold} makes it wait for {@link #commit}. Safe for any thread.
 */
public final class FakeJournal implements Journal, Store, EventLog {

    private final Map<String, TreeMap<Bytes, Bytes>> regions = new TreeMap<>();
    private final List<LoggedEvent> events = new ArrayList<>();
    private final Map<String, Reader> readers = new TreeMap<>();
    private final List<Pending> held = new ArrayList<>();
    private Optional<JournalFailure> failure = Optional.empty();
    private boolean holding;
    private long transactionBytesMax = Long.MAX_VALUE;
    private long eventBytesMax = Long.MAX_VALUE / 200;

    private record Pending(Transaction transaction, Completion completion) {}

    @Override
    public void submit(Transaction transaction, Completion completion) {
        synchronized (this) {
            long bytes = bytes(transaction);
            if (bytes > transactionBytesMax) {
                throw new IllegalArgumentException("Transaction of " + bytes + " bytes");
            }
            if (holding) {
                held.add(new Pending(transaction, completion));
                return;
            }
        }
        finish(new Pending(transaction, completion));
    }

    /** From now on transactions wait. */
    public synchronized void hold() {
        holding = true;
    }

    /** How many transactions wait. */
    public synchronized int waiting() {
        return held.size();
    }

    /** What waits becomes durable, or fails; from now on nothing waits. */
    public void commit() {
        List<Pending> all;
        synchronized (this) {
            holding = false;
            all = List.copyOf(held);
            held.clear();
        }
        all.forEach(this::finish);
    }

    /** A power cut: what waits is lost and nobody hears of it; from now on nothing waits. */
    public synchronized void lose() {
        holding = false;
        held.clear();
        readers.values().forEach(reader -> reader.held = false);
    }

    /** From now on every transaction fails for this reason. */
    public synchronized void fail(JournalFailure reason) {
        failure = Optional.of(reason);
    }

    /** Transactions become durable again. */
    public synchronized void heal() {
        failure = Optional.empty();
    }

    /** From now on the event log has room for so many events, which does not keep more from coming. */
    public synchronized void room(int events) {
        eventBytesMax = events;
    }

    /** From now on a larger transaction is thrown back, as one that is larger than a redo file. */
    public synchronized void redo(long bytes) {
        transactionBytesMax = bytes;
    }

    /** All events so far. */
    public synchronized List<LoggedEvent> events() {
        return List.copyOf(events);
    }

    /** All events of one type so far. */
    public synchronized List<Event> events(String type) {
        return events.stream()
                .map(LoggedEvent::event)
                .filter(event -> event.type().equals(type))
                .toList();
    }

    /** What the journal writes at least. */
    private static long bytes(Transaction transaction) {
        long sum = 0;
        for (StoreChange change : transaction.changes()) {
            sum += change.key().length();
            sum += change instanceof StoreChange.Put put ? put.value().length() : 0;
        }
        for (Event event : transaction.events()) {
            sum += event.fields().values().stream().mapToLong(String::length).sum();
        }
        return sum;
    }

    private void finish(Pending pending) {
        Optional<JournalFailure> refused;
        synchronized (this) {
            refused = failure;
            if (refused.isEmpty()) {
                pending.transaction().changes().forEach(this::apply);
                for (Event event : pending.transaction().events()) {
                    events.add(new LoggedEvent(events.size() + 1L, event));
                }
                notifyAll();
            }
        }
        refused.ifPresentOrElse(pending.completion()::failed, pending.completion()::durable);
    }

    private void apply(StoreChange change) {
        TreeMap<Bytes, Bytes> region = regions.computeIfAbsent(change.region(), name -> new TreeMap<>());
        switch (change) {
            case StoreChange.Put put -> region.put(put.key(), put.value());
            case StoreChange.Remove remove -> region.remove(remove.key());
        }
    }

    @Override
    public synchronized Optional<Bytes> get(String region, Bytes key) {
        return Optional.ofNullable(regions.getOrDefault(region, new TreeMap<>()).get(key));
    }

    @Override
    public void scan(String region, BiConsumer<Bytes, Bytes> visitor) {
        Map<Bytes, Bytes> copy;
        synchronized (this) {
            copy = new TreeMap<>(regions.getOrDefault(region, new TreeMap<>()));
        }
        copy.forEach(visitor);
    }

    @Override
    public synchronized long size(String region) {
        return regions.getOrDefault(region, new TreeMap<>()).size();
    }

    @Override
    public String instanceId() {
        return "fake-journal";
    }

    @Override
    public synchronized EventReader open(String name) {
        Reader reader = readers.computeIfAbsent(name, Reader::new);
        if (reader.held) {
            throw new IllegalStateException("Cursor " + name + " is held already");
        }
        reader.held = true;
        reader.rewind();
        return reader;
    }

    @Override
    public synchronized long newest() {
        return events.size();
    }

    @Override
    public synchronized LogSize size() {
        return new LogSize(events.size(), events.size(), eventBytesMax);
    }

    @Override
    public synchronized List<CursorPosition> cursors() {
        return readers.values().stream()
                .map(reader -> new CursorPosition(reader.name, reader.committed, events.size() - reader.committed, 0))
                .toList();
    }

    private final class Reader implements EventReader {
        private final String name;
        private boolean held;
        private long committed;
        private long next = 1;

        Reader(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<LoggedEvent> read(int max, Duration wait) throws InterruptedException {
            synchronized (FakeJournal.this) {
                long left = wait.toNanos();
                while (next > events.size() && left > 0) {
                    long before = sluice.loop.MonotonicClock.system().nanos();
                    TimeUnit.NANOSECONDS.timedWait(FakeJournal.this, left);
                    left -= sluice.loop.MonotonicClock.system().nanos() - before;
                }
                int from = Math.toIntExact(next - 1);
                List<LoggedEvent> batch = List.copyOf(events.subList(from, Math.min(events.size(), from + max)));
                next += batch.size();
                return batch;
            }
        }

        @Override
        public void commit(long sequence) {
            synchronized (FakeJournal.this) {
                committed = Math.max(committed, sequence);
            }
        }

        @Override
        public long committed() {
            synchronized (FakeJournal.this) {
                return committed;
            }
        }

        @Override
        public void rewind() {
            synchronized (FakeJournal.this) {
                next = committed + 1;
            }
        }

        @Override
        public long lost() {
            return 0;
        }

        @Override
        public void close() {
            synchronized (FakeJournal.this) {
                held = false;
            }
        }
    }
}
