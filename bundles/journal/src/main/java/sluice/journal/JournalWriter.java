package sluice.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireWriter;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Transaction;

/**
 * The one thread that makes things durable. It takes all transactions that wait, writes them to the redo log as one
 * frame, forces that to the medium once, shows them to readers, and completes them in order: a group commit.
 */
final class JournalWriter implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);
    private static final int BATCH_MAX = 8192;
    private static final int BATCH_BYTES_MAX = 4 << 20;
    /** Room in a frame for lengths and cursors. */
    private static final int FRAME_BYTES = 16 * 1024;
    /** How long a cursor that moved waits for a commit that takes it along. */
    private static final long CURSOR_MILLIS = 500;

    private final BlockingQueue<Request> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final JournalSettings settings;
    private final MonotonicClock clock;
    private final RedoLog redo;
    private final StateStore state;
    private final EventStore events;
    private final Cursors cursors;
    private final Checkpointer checkpointer;
    private final CounterSet<JournalCounter> counters;
    private final Thread thread;
    private final long syncNanos;
    private volatile boolean closing;
    private long batch;
    private long forcedAt;
    private boolean unforced;
    /** Of the writer's thread; read by whoever shows the journal. */
    private volatile boolean failing;

    /** @param batch number of the last group commit there was */
    JournalWriter(
            JournalSettings settings,
            MonotonicClock clock,
            RedoLog redo,
            StateStore state,
            EventStore events,
            Cursors cursors,
            Checkpointer checkpointer,
            CounterSet<JournalCounter> counters,
            long batch) {
        this.settings = settings;
        this.clock = clock;
        this.redo = redo;
        this.state = state;
        this.events = events;
        this.cursors = cursors;
        this.checkpointer = checkpointer;
        this.counters = counters;
        this.batch = batch;
        syncNanos = settings.syncEvery().toNanos();
        forcedAt = clock.nanos();
        thread = Thread.ofPlatform().name("sluice-journal").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * {@inheritDoc}
     *
     * <p>After the journal was closed the completion is called here.
     *
     * @throws IllegalArgumentException when the transaction alone is larger than a redo file
     */
    @Override
    public void submit(Transaction transaction, Completion completion) {
        if (closing) {
            refuse(JournalFailure.CLOSED, completion);
            return;
        }
        Request request;
        if (waiting.incrementAndGet() > settings.queueMax()) {
            request = new Request.Refused(JournalFailure.OVERLOADED, completion);
        } else {
            Request.Prepared prepared = prepare(transaction, completion);
            request = prepared;
        }
        queue.add(request);
        if (closing) {
            answerRest();
        }
    }

    /** Refuses what comes, makes durable what waits, and ends the thread. */
    void stop() throws InterruptedException {
        closing = true;
        if (thread.isAlive()) {
            thread.join();
        }
        answerRest();
    }

    private Request.Prepared prepare(Transaction transaction, Completion completion) {
        try {
            Request.Prepared prepared = Request.Prepared.of(transaction, completion);
            int max = redo.payloadMax() - FRAME_BYTES;
            if (prepared.bytes() > max) {
                throw new IllegalArgumentException(
                        "Transaction of " + prepared.bytes() + " bytes, expected " + max + " or less");
            }
            return prepared;
        } catch (RuntimeException badTransaction) {
            waiting.decrementAndGet();
            throw badTransaction;
        }
    }

    private void run() {
        List<Request> group = new ArrayList<>();
        while (!closing || !queue.isEmpty()) {
            try {
                gather(group);
                turn(group);
            } catch (InterruptedException nobodyDoesThat) {
                LOG.warn("The journal was interrupted and goes on");
            } catch (RuntimeException broken) {
                LOG.error("The journal failed within: {}", broken.getMessage(), broken);
                fail(group);
            }
            group.clear();
        }
        lastTurn();
    }

    private void gather(List<Request> group) throws InterruptedException {
        Request first = queue.poll(closing ? 0 : pauseMillis(), TimeUnit.MILLISECONDS);
        int bytes = 0;
        int bytesMax = Math.min(BATCH_BYTES_MAX, redo.payloadMax() / 2);
        for (Request next = first; next != null; next = queue.poll()) {
            waiting.decrementAndGet();
            group.add(next);
            bytes += next instanceof Request.Prepared prepared ? prepared.bytes() : 0;
            if (bytes >= bytesMax || group.size() >= BATCH_MAX) {
                break;
            }
        }
    }

    private long pauseMillis() {
        return unforced ? Math.clamp(syncNanos / 1_000_000, 1, CURSOR_MILLIS) : CURSOR_MILLIS;
    }

    private void turn(List<Request> group) {
        List<CursorMark> moved = cursors.takeMoved();
        List<Request.Prepared> prepared = new ArrayList<>(group.size());
        for (Request request : group) {
            if (request instanceof Request.Prepared transaction) {
                prepared.add(transaction);
            }
        }
        boolean written = true;
        try {
            if (!prepared.isEmpty() || !moved.isEmpty()) {
                written = commit(prepared, moved);
            }
        } catch (IOException failure) {
            written = false;
            spoil();
            complain(failure);
        }
        if (unforced && clock.nanos() - forcedAt >= syncNanos) {
            forceReported();
        }
        if (!written) {
            cursors.giveBack(moved);
        }
        answer(group, written);
    }

    /** What is wrong with the disk now, in words for the operator; empty when nothing is. Any thread. */
    List<String> complaints() {
        return failing || checkpointer.isFailing()
                ? List.of("The journal's disk is full or refuses to write: new sessions are refused as soon as its redo"
                        + " files are full. Make room.")
                : List.of();
    }

    /** @return false when there is no room because the disk refuses the checkpoint */
    private boolean commit(List<Request.Prepared> group, List<CursorMark> moved) throws IOException {
        Frame frame = frame(group, moved);
        Bytes payload = frame.toBytes();
        if (!makeRoom(payload.length())) {
            return false;
        }
        int written = redo.append(batch + 1, payload);
        unforced = true;
        if (syncNanos == 0) {
            force();
        }
        batch++;
        for (Request.Prepared request : group) {
            state.apply(request.transaction().changes());
        }
        if (frame.eventCount() > 0) {
            append(frame);
        }
        counters.count(JournalCounter.COMMITS);
        counters.add(JournalCounter.COMMIT_BYTES, written);
        counters.add(JournalCounter.EVENTS, frame.eventCount());
        counters.add(JournalCounter.TRANSACTIONS, group.size());
        if (failing) {
            failing = false;
            LOG.info("The journal writes again");
        }
        return true;
    }

    private void append(Frame frame) {
        try {
            events.append(new EventBlock(frame.firstSequence(), frame.eventCount(), frame.events()));
        } catch (MalformedPacket ownEncoding) {
            throw new IllegalStateException("Events of batch " + batch + " cannot be read back", ownEncoding);
        }
    }

    private Frame frame(List<Request.Prepared> group, List<CursorMark> moved) {
        WireWriter changes = new WireWriter(4096);
        WireWriter blocks = new WireWriter(4096);
        int eventCount = 0;
        for (Request.Prepared request : group) {
            changes.bytes(request.changes());
            blocks.bytes(request.events());
            eventCount += request.transaction().events().size();
        }
        return new Frame(changes.toBytes(), events.newest() + 1, eventCount, blocks.toBytes(), moved);
    }

    private boolean makeRoom(int payload) throws IOException {
        if (redo.fits(payload)) {
            return true;
        }
        if (!checkpointer.isIdle()) {
            counters.count(JournalCounter.CHECKPOINT_WAITS);
            if (!checkpointer.await()) {
                return false;
            }
        }
        if (unforced && !forceReported()) {
            return false;
        }
        turnRedo();
        return true;
    }

    /** The full redo file goes to the tables, the other one begins. */
    private void turnRedo() {
        state.freeze();
        checkpointer.begin(batch, events.newest());
        redo.turn();
    }

    /**
     * Forces what readers have seen and submitters take for durable, which no failure can take back. When the disk
     * refuses, the memory has it still and takes it to the tables with the next turn of the redo log.
     */
    private boolean forceReported() {
        try {
            force();
            return true;
        } catch (IOException failure) {
            redo.leave();
            unforced = false;
            complain(failure);
            return false;
        }
    }

    private void force() throws IOException {
        redo.force();
        forcedAt = clock.nanos();
        unforced = false;
    }

    private void lastTurn() {
        if (checkpointer.await()) {
            turnRedo(); // a clean end leaves nothing to replay
            checkpointer.await();
        }
    }

    private void complain(IOException failure) {
        if (!failing) {
            failing = true;
            LOG.error(
                    "The redo log of the journal cannot be written ({}): sessions are refused until the disk works"
                            + " again. Check the disk and its mount",
                    failure.getMessage());
        }
    }

    private void answer(List<Request> group, boolean written) {
        for (Request request : group) {
            if (request instanceof Request.Refused refused) {
                refuse(refused.failure(), refused.completion());
            } else if (written) {
                durable(request.completion());
            } else {
                refuse(JournalFailure.DISK, request.completion());
            }
        }
    }

    private void spoil() {
        redo.spoil();
        unforced = false; // the memory has what is doubtful now, and takes it to the tables with the next turn
    }

    private void fail(List<Request> group) {
        spoil();
        answer(group, false);
    }

    private void answerRest() {
        for (Request left = queue.poll(); left != null; left = queue.poll()) {
            refuse(JournalFailure.CLOSED, left.completion());
        }
    }

    private void durable(Completion completion) {
        try {
            completion.durable();
        } catch (RuntimeException broken) {
            LOG.error("A completion failed; the transaction is durable", broken);
        }
    }

    private void refuse(JournalFailure failure, Completion completion) {
        counters.count(
                switch (failure) {
                    case OVERLOADED -> JournalCounter.REFUSED_OVERLOADED;
                    case DISK -> JournalCounter.REFUSED_DISK;
                    case CLOSED -> JournalCounter.REFUSED_CLOSED;
                });
        try {
            completion.failed(failure);
        } catch (RuntimeException broken) {
            LOG.error("A completion failed; the transaction was refused: {}", failure, broken);
        }
    }
}
