package sluice.journal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.MalformedPacket;
import sluice.platform.api.CounterSet;
import sluice.platform.api.EventReader;
import sluice.platform.api.LoggedEvent;

/** A reader with its cursor; keeps the block that it is in decoded. */
final class LogReader implements EventReader {
    private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);

    private final String name;
    private final EventStore events;
    private final Cursors cursors;
    private final CounterSet<JournalCounter> counters;
    private List<LoggedEvent> block = List.of();
    private int next;
    private long position;
    private volatile boolean closed;

    /** Takes hold of the cursor. */
    LogReader(String name, EventStore events, Cursors cursors, CounterSet<JournalCounter> counters) {
        this.name = name;
        this.events = events;
        this.cursors = cursors;
        this.counters = counters;
        position = cursors.hold(name, events.oldest() - 1).committed();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<LoggedEvent> read(int max, Duration wait) throws InterruptedException {
        checkOpen();
        if (!events.await(position, wait.toNanos())) {
            return List.of();
        }
        long newest = events.newest();
        List<LoggedEvent> read = new ArrayList<>(Math.min(max, 1024));
        while (read.size() < max && position < newest) {
            if (next == block.size() && !loadAfter(read)) {
                break;
            }
            if (next < block.size()) {
                LoggedEvent event = block.get(next++);
                position = event.sequence();
                read.add(event);
            }
        }
        return read;
    }

    @Override
    public void commit(long sequence) {
        checkOpen();
        cursors.commit(name, Math.min(sequence, events.newest()));
    }

    @Override
    public long committed() {
        return cursors.mark(name).committed();
    }

    @Override
    public void rewind() {
        checkOpen();
        position = committed();
        block = List.of();
        next = 0;
    }

    @Override
    public long lost() {
        return cursors.mark(name).lost();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            cursors.release(name);
        }
    }

    /** What was read goes to the caller before an error does: the next call meets that again, with empty hands. */
    private boolean loadAfter(List<LoggedEvent> read) {
        try {
            return load();
        } catch (RuntimeException broken) {
            if (read.isEmpty()) {
                throw broken;
            }
            LOG.debug("Reader {} meets an error behind event {}", name, position, broken);
            return false;
        }
    }

    /** Fetches the block that holds the next event; false when there is none. */
    private boolean load() {
        Optional<EventBlock> found = events.blockFrom(position + 1);
        if (found.isEmpty()) {
            return false;
        }
        EventBlock encoded = found.get();
        try {
            block = encoded.decode();
            next = 0;
            while (next < block.size() && block.get(next).sequence() <= position) {
                next++;
            }
        } catch (MalformedPacket damaged) {
            block = List.of();
            next = 0;
            position = encoded.last();
            counters.count(JournalCounter.EVENTS_UNREADABLE);
            LOG.error(
                    "Events {} to {} cannot be read ({}); they are skipped",
                    encoded.first(),
                    encoded.last(),
                    damaged.getMessage());
        }
        return true;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("Reader " + name + " is closed");
        }
    }
}
