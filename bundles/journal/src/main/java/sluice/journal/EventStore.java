package sluice.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.platform.api.CounterSet;
import sluice.platform.api.LogSize;

/**
 * The events: blocks of them in a table of H2 by the sequence number of their first one, and in memory what became
 * durable since the last checkpoint. Bounded: what every cursor has passed goes first, then the oldest.
 *
 * <p>The writer appends, the checkpoint moves blocks to the table and trims, any thread reads.
 */
final class EventStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventStore.class);
    private static final String BATCH = "batch";
    private static final String NEWEST = "newest";
    private static final String BYTES = "event_bytes";
    private static final String INSTANCE = "instance_id";
    private static final int BLOCK_BYTES = 32 * 1024;
    private static final int ALARM_PERCENT = 80;
    private static final int CALM_PERCENT = 70;

    /** What a trimming left: so many bytes, and readers that had not read all that is gone. */
    private record Trim(long bytes, Cursors.Losses losses) {}

    private final TableFile tables;
    private final JournalSettings settings;
    private final Cursors cursors;
    private final CounterSet<JournalCounter> counters;
    private final String instanceId;
    private final ConcurrentSkipListMap<Long, EventBlock> young = new ConcurrentSkipListMap<>();
    private final ReentrantLock arrival = new ReentrantLock();
    private final Condition arrived = arrival.newCondition();
    private volatile long newest;
    /** In the tables, as of the last checkpoint. */
    private volatile long storedBytes;

    private boolean alarmed;
    private boolean losing;

    /** @param newInstanceId name of the log if it is made now */
    EventStore(
            Path path,
            JournalSettings settings,
            Cursors cursors,
            CounterSet<JournalCounter> counters,
            String newInstanceId)
            throws IOException {
        this.settings = settings;
        this.cursors = cursors;
        this.counters = counters;
        tables = new TableFile(path);
        try {
            instanceId = tables.change(store -> {
                String known = TableFile.facts(store).putIfAbsent(INSTANCE, newInstanceId);
                return known == null ? newInstanceId : known;
            });
        } catch (IOException failure) {
            tables.close();
            throw failure;
        }
        newest = tables.read(store -> TableFile.number(store, NEWEST));
        storedBytes = tables.read(store -> TableFile.number(store, BYTES));
        tables.<Boolean>read(store -> {
            places(store).forEach((name, place) -> restore(name, place));
            return true;
        });
    }

    String instanceId() {
        return instanceId;
    }

    long newest() {
        return newest;
    }

    /** Sequence number of the oldest event there is; one more than the newest when there is none. */
    long oldest() {
        Optional<EventBlock> first = blockFrom(1);
        return first.map(EventBlock::first).orElse(newest + 1);
    }

    /** What is in the tables and in memory. */
    LogSize size() {
        long bytes = storedBytes;
        for (EventBlock block : young.values()) {
            bytes += block.events().length();
        }
        return new LogSize(Math.max(0, newest - oldest() + 1), bytes, settings.eventBytes());
    }

    /** Number of the last group commit that is in the tables. */
    long checkpointed() {
        return tables.read(store -> TableFile.number(store, BATCH));
    }

    /** Adds events that became durable and wakes the readers. On the writer's thread. */
    void append(EventBlock events) throws MalformedPacket {
        for (EventBlock block : events.split(BLOCK_BYTES)) {
            young.put(block.first(), block);
        }
        arrival.lock();
        try {
            newest = events.last();
            arrived.signalAll();
        } finally {
            arrival.unlock();
        }
    }

    /**
     * Waits until there is an event after {@code sequence}.
     *
     * @param nanos how long at most
     * @return whether there is one
     */
    boolean await(long sequence, long nanos) throws InterruptedException {
        if (newest > sequence) {
            return true;
        }
        arrival.lockInterruptibly();
        try {
            long left = nanos;
            while (newest <= sequence && left > 0) {
                left = arrived.awaitNanos(left);
            }
            return newest > sequence;
        } finally {
            arrival.unlock();
        }
    }

    /** The block with that event, or, when it is gone, the next one that there is. */
    Optional<EventBlock> blockFrom(long sequence) {
        Map.Entry<Long, EventBlock> recent = young.floorEntry(sequence);
        if (recent != null && recent.getValue().holds(sequence)) {
            return Optional.of(recent.getValue());
        }
        Optional<EventBlock> stored = tables.read(store -> stored(store, sequence));
        if (stored.isPresent()) {
            return stored;
        }
        Map.Entry<Long, EventBlock> next = young.ceilingEntry(sequence);
        return next == null ? Optional.empty() : Optional.of(next.getValue());
    }

    /** Moves everything up to {@code last} to the table, trims, and saves the cursors. */
    void checkpoint(long batch, long last) throws IOException {
        Map<Long, EventBlock> moving = young.headMap(last, true);
        Trim trim = tables.change(store -> {
            MVMap<Long, Bytes> table = table(store);
            long bytes = TableFile.number(store, BYTES);
            for (EventBlock block : joined(moving.values())) {
                Bytes stored = block.toBytes();
                table.put(block.first(), stored);
                bytes += stored.length();
            }
            Trim result = trim(table, bytes, last);
            save(store, batch, last, result);
            return result;
        });
        trim.losses().marks().forEach(cursors::restore);
        moving.clear();
        storedBytes = trim.bytes();
        counters.count(JournalCounter.CHECKPOINTS);
        report(trim);
    }

    /** Gives dead space back. */
    void compact() throws IOException {
        tables.compact();
    }

    @Override
    public void close() {
        tables.close();
    }

    private Trim trim(MVMap<Long, Bytes> table, long bytesNow, long last) {
        long passed = Math.min(cursors.slowest().orElse(0), last - settings.eventsKept());
        long bytes = bytesNow;
        long gone = 0;
        Long first = table.firstKey();
        while (first != null) {
            Long next = table.higherKey(first);
            long end = next == null ? last : next - 1;
            if (end > passed && bytes <= settings.eventBytes()) {
                break;
            }
            Bytes removed = table.remove(first);
            bytes -= removed == null ? 0 : removed.length();
            gone = end;
            first = next;
        }
        return new Trim(bytes, cursors.lossesOf(gone));
    }

    private void save(MVStore store, long batch, long last, Trim trim) {
        MVMap<String, String> facts = TableFile.facts(store);
        facts.put(BATCH, Long.toString(batch));
        facts.put(NEWEST, Long.toString(last));
        facts.put(BYTES, Long.toString(trim.bytes()));
        MVMap<String, String> places = places(store);
        cursors.all().forEach(mark -> places.put(mark.name(), mark.committed() + " " + mark.lost()));
        trim.losses().marks().forEach(mark -> places.put(mark.name(), mark.committed() + " " + mark.lost()));
    }

    private void report(Trim trim) {
        counters.add(JournalCounter.EVENTS_LOST, trim.losses().events());
        long percent = trim.bytes() * 100 / settings.eventBytes();
        if (trim.losses().events() > 0 && !losing) {
            losing = true;
            LOG.error(
                    "The event log is at its bound of {} bytes and loses events that {} did not read: bring that"
                            + " reader back, or raise max_megabytes in sluice.journal.cfg",
                    settings.eventBytes(),
                    trim.losses().marks().stream().map(CursorMark::name).toList());
        } else if (percent >= ALARM_PERCENT && !alarmed) {
            alarmed = true;
            LOG.warn("The event log is {} % full because a reader lags: {}", percent, cursors.all());
        } else if (percent < CALM_PERCENT) {
            alarmed = false;
            losing = false;
        }
    }

    private void restore(String name, String place) {
        int blank = place.indexOf(' ');
        long committed = Long.parseLong(place.substring(0, blank));
        cursors.restore(new CursorMark(name, committed, Long.parseLong(place.substring(blank + 1))));
    }

    private Optional<EventBlock> stored(MVStore store, long sequence) {
        MVMap<Long, Bytes> table = table(store);
        Long key = table.floorKey(sequence);
        while (true) {
            if (key == null) {
                key = table.higherKey(sequence);
            }
            if (key == null) {
                return Optional.empty();
            }
            Bytes bytes = table.get(key);
            if (bytes != null) {
                try {
                    EventBlock block = EventBlock.of(key, bytes);
                    if (block.last() >= sequence) {
                        return Optional.of(block);
                    }
                } catch (MalformedPacket damaged) {
                    counters.count(JournalCounter.EVENTS_UNREADABLE);
                    LOG.error("Events from {} cannot be read ({}); they are skipped", key, damaged.getMessage());
                }
            }
            key = table.higherKey(key);
            if (key == null) {
                return Optional.empty();
            }
        }
    }

    private static List<EventBlock> joined(Iterable<EventBlock> blocks) {
        List<EventBlock> joined = new ArrayList<>();
        List<EventBlock> open = new ArrayList<>();
        int bytes = 0;
        for (EventBlock block : blocks) {
            if (!open.isEmpty() && bytes + block.events().length() > BLOCK_BYTES) {
                joined.add(EventBlock.join(open));
                open.clear();
                bytes = 0;
            }
            open.add(block);
            bytes += block.events().length();
        }
        if (!open.isEmpty()) {
            joined.add(EventBlock.join(open));
        }
        return joined;
    }

    private static MVMap<Long, Bytes> table(MVStore store) {
        return store.openMap(
                "events",
                new MVMap.Builder<Long, Bytes>().keyType(LongDataType.INSTANCE).valueType(BytesType.INSTANCE));
    }

    private static MVMap<String, String> places(MVStore store) {
        return store.openMap(
                "cursors",
                new MVMap.Builder<String, String>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(StringDataType.INSTANCE));
    }
}
