package sluice.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.platform.api.CounterSet;
import sluice.platform.api.CursorPosition;
import sluice.platform.api.EventLog;
import sluice.platform.api.EventReader;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Journal;
import sluice.platform.api.LogSize;
import sluice.platform.api.Store;
import sluice.platform.api.Transaction;

/**
 * The durable memory of the appliance: journal, event log and store. A commit is one write to a redo log; a checkpoint
 * takes it to tables of H2 behind everybody's back.
 *
 * <p>Two threads: {@code sluice-journal} commits, {@code sluice-journal-checkpoint} moves to H2.
 */
@Component(
        configurationPid = "sluice.journal",
        immediate = true,
        service = {Journal.class, EventLog.class, Store.class})
@Designate(ocd = DurableJournal.Config.class)
public final class DurableJournal implements Journal, EventLog, Store, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DurableJournal.class);
    private static final int MEGABYTE = 1 << 20;

    /** Settings, {@code etc/sluice.journal.cfg}; two underscores here are one there. */
    @ObjectClassDefinition(name = "Journal")
    @interface Config {
        @AttributeDefinition(description = "Where its files are; empty: journal below the appliance's data directory")
        String directory() default "";

        @AttributeDefinition(description = "Bound of the event log, megabytes", min = "1")
        int max__megabytes() default 512;

        @AttributeDefinition(
                description =
                        "commit: every commit is on the medium before it counts (survives a power cut); interval: the"
                                + " medium follows within interval_ms (survives a crash of the program, not of the"
                                + " machine)",
                options = {@Option("commit"), @Option("interval")})
        String sync() default "commit";

        @AttributeDefinition(description = "For sync = interval, milliseconds", min = "1")
        int interval__ms() default 100;

        @AttributeDefinition(
                description = "Size of each of the two redo files, and the most memory that waits for a checkpoint",
                min = "1",
                max = "1024")
        int redo__megabytes() default 16;

        @AttributeDefinition(description = "Transactions that may wait; more are refused", min = "1")
        int queue__max() default 65_536;

        @AttributeDefinition(
                description = "Newest events that stay for inspection although all have read them",
                min = "0")
        int events__kept() default 10_000;
    }

    private final Closer closer = new Closer();
    private final CounterSet<JournalCounter> counters = new CounterSet<>(JournalCounter.class);
    private final Cursors cursors = new Cursors();
    private final StateStore state;
    private final EventStore events;
    private final JournalWriter writer;

    /** For Declarative Services. */
    @Activate
    public DurableJournal(BundleContext context, Config config) throws IOException {
        this(settings(context, config), MonotonicClock.system(), new SecureRandom(), RedoLog.DISK);
        publish(context, new CursorTable(this));
        publish(context, new CounterTable(counters, this::complaints));
    }

    /** Opens the journal, or makes it, and recovers what was committed. */
    DurableJournal(JournalSettings settings, MonotonicClock clock, RandomGenerator random, RedoLog.Medium medium)
            throws IOException {
        try {
            Path directory = Files.createDirectories(settings.directory());
            state = closer.add(new StateStore(directory.resolve("state.mv")));
            UUID name = new UUID(random.nextLong(), random.nextLong());
            events = closer.add(
                    new EventStore(directory.resolve("events.mv"), settings, cursors, counters, name.toString()));
            RedoLog redo = closer.add(new RedoLog(directory, settings.redoBytes(), medium));
            Checkpointer checkpointer = new Checkpointer(state, events, counters);
            closer.add(checkpointer::stop);
            long batch = recover(redo, checkpointer);
            writer = new JournalWriter(settings, clock, redo, state, events, cursors, checkpointer, counters, batch);
            closer.add(writer::stop);
            checkpointer.start();
            writer.start();
            LOG.info(
                    "Journal in {}: instance {}, newest event {}, last commit {}",
                    directory,
                    events.instanceId(),
                    events.newest(),
                    batch);
        } catch (IOException failure) {
            throw closer.closeAfter(failure);
        } catch (RuntimeException failure) {
            throw closer.closeAfter(failure);
        }
    }

    /** What is wrong with the disk now, in words for the operator. Any thread. */
    List<String> complaints() {
        return writer.complaints();
    }

    @Override
    public void submit(Transaction transaction, Completion completion) {
        writer.submit(transaction, completion);
    }

    @Override
    public String instanceId() {
        return events.instanceId();
    }

    @Override
    public EventReader open(String reader) {
        return new LogReader(reader, events, cursors, counters);
    }

    @Override
    public long newest() {
        return events.newest();
    }

    @Override
    public LogSize size() {
        return events.size();
    }

    @Override
    public List<CursorPosition> cursors() {
        long newest = events.newest();
        return cursors.all().stream()
                .map(mark -> new CursorPosition(
                        mark.name(), mark.committed(), Math.max(0, newest - mark.committed()), mark.lost()))
                .toList();
    }

    @Override
    public Optional<Bytes> get(String region, Bytes key) {
        return state.get(region, key);
    }

    @Override
    public void scan(String region, BiConsumer<Bytes, Bytes> visitor) {
        state.scan(region, visitor);
    }

    @Override
    public long size(String region) {
        return state.size(region);
    }

    /** What was counted since the start. */
    CounterSet<JournalCounter> counters() {
        return counters;
    }

    /** Makes durable what waits, refuses what comes, leaves nothing to replay if the disk lets it. */
    @Deactivate
    @Override
    public void close() {
        closer.close();
    }

    /** @return number of the last group commit there was */
    private long recover(RedoLog redo, Checkpointer checkpointer) throws IOException {
        long inState = state.checkpointed();
        long inEvents = events.checkpointed();
        long last = Math.min(inState, inEvents);
        int replayed = 0;
        for (RedoLog.Entry entry : redo.recover()) {
            if (entry.batch() <= last) {
                continue;
            }
            if (entry.batch() != last + 1) {
                throw new IOException("The redo log lacks commit " + (last + 1) + " and has " + entry.batch()
                        + ": put redo-*.log, state.mv and events.mv of one and the same time back");
            }
            last = entry.batch();
            replay(entry, last > inState, last > inEvents);
            replayed++;
        }
        if (replayed > 0) {
            state.freeze();
            checkpointer.begin(last, events.newest());
            LOG.info("Replayed {} commits", replayed);
        }
        return Math.max(last, Math.max(inState, inEvents));
    }

    private void replay(RedoLog.Entry entry, boolean toState, boolean toEvents) throws IOException {
        try {
            Frame frame = Frame.of(entry.payload());
            if (toState) {
                state.apply(ChangeCodec.decode(frame.changes()));
            }
            if (toEvents && frame.eventCount() > 0) {
                events.append(new EventBlock(frame.firstSequence(), frame.eventCount(), frame.events()));
            }
            frame.cursors().forEach(cursors::restore);
        } catch (MalformedPacket damaged) {
            throw new IOException(
                    "Commit " + entry.batch() + " has a good checksum and cannot be read: it is from a newer"
                            + " release or was changed (" + damaged.getMessage() + ")",
                    damaged);
        }
    }

    private void publish(BundleContext context, Inspectable table) {
        ServiceRegistration<Inspectable> registration = context.registerService(Inspectable.class, table, null);
        closer.add(registration::unregister);
    }

    private static JournalSettings settings(BundleContext context, Config config) {
        String data = context.getProperty("karaf.data");
        Path directory = config.directory().isEmpty()
                ? Path.of(data == null ? "data" : data, "journal")
                : Path.of(config.directory());
        Duration syncEvery = switch (config.sync()) {
            case "commit" -> Duration.ZERO;
            case "interval" -> Duration.ofMillis(config.interval__ms());
            default ->
                throw new IllegalArgumentException(
                        "sync = " + config.sync() + " in sluice.journal.cfg, expected commit or interval");
        };
        return new JournalSettings(
                directory,
                (long) config.max__megabytes() * MEGABYTE,
                config.redo__megabytes() * MEGABYTE,
                config.queue__max(),
                config.events__kept(),
                syncEvery);
    }
}
