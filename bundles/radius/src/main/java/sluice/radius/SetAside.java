package sluice.radius;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.Event;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.LoggedEvent;
import sluice.platform.api.Store;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * Events whose records servers refuse while they take others, kept in the store so that the cursor may pass them. Of
 * the store an event takes: seconds (64 bits), nanoseconds, type, number of fields (16), then names and values; texts
 * have a 16 bit length before them. Safe for any thread.
 */
final class SetAside {

    /** The event of a record that was given up: {@link #READER}, and all fields of the event that was not accounted. */
    static final String REFUSED = "ACCOUNTING_REFUSED";

    /** Cursor of the spool that gave it up. */
    static final String READER = "reader";
    /** Type of the event that was not accounted. */
    static final String EVENT_TYPE = "event_type";

    /** So many are kept; what would be more is given up. */
    static final int KEPT_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(SetAside.class);

    private final String region;
    private final String reader;
    private final Journal journal;
    private final TreeMap<Long, Instant> kept = new TreeMap<>();
    private final List<LoggedEvent> found = new ArrayList<>();

    /** Reads what was kept before a restart. */
    SetAside(String reader, Store store, Journal journal) {
        this.reader = reader;
        this.region = "radius.aside." + reader;
        this.journal = journal;
        store.scan(region, (key, value) -> {
            try {
                LoggedEvent event = decode(key, value);
                found.add(event);
                kept.put(event.sequence(), event.event().time());
            } catch (MalformedPacket | IllegalArgumentException e) { // of a later version; it stays there
                LOG.warn("A record that {} set aside cannot be read: {}", reader, e.getMessage());
            }
        });
    }

    /** What was kept before a restart, in order. */
    List<LoggedEvent> found() {
        return List.copyOf(found);
    }

    synchronized boolean has(long sequence) {
        return kept.containsKey(sequence);
    }

    synchronized int size() {
        return kept.size();
    }

    /** When the oldest that is kept happened. */
    synchronized Optional<Instant> oldest() {
        return Optional.ofNullable(kept.firstEntry()).map(Map.Entry::getValue);
    }

    synchronized boolean isFull() {
        return kept.size() >= KEPT_MAX;
    }

    /** Keeps an event. */
    void put(LoggedEvent event, Kept outcome) {
        synchronized (this) {
            kept.put(event.sequence(), event.event().time());
        }
        submit(
                new Transaction(List.of(new StoreChange.Put(region, key(event), encode(event.event()))), List.of()),
                outcome);
    }

    /** Lets go of an event whose record a server has. */
    void remove(LoggedEvent event, Kept outcome) {
        forget(event);
        submit(new Transaction(List.of(new StoreChange.Remove(region, key(event))), List.of()), outcome);
    }

    /** Lets go of an event whose record no server will ever take; the event log gets it back, to be seen elsewhere. */
    void giveUp(LoggedEvent event, Instant now, Kept outcome) {
        forget(event);
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(READER, reader);
        fields.put(EVENT_TYPE, event.event().type());
        fields.putAll(event.event().fields());
        submit(
                new Transaction(
                        List.of(new StoreChange.Remove(region, key(event))), List.of(new Event(REFUSED, now, fields))),
                outcome);
    }

    private synchronized void forget(LoggedEvent event) {
        kept.remove(event.sequence());
    }

    private void submit(Transaction transaction, Kept outcome) {
        journal.submit(transaction, new Journal.Completion() {
            @Override
            public void durable() {
                outcome.of(true);
            }

            @Override
            public void failed(JournalFailure failure) {
                LOG.debug("The journal does not take what {} set aside: {}", reader, failure);
                outcome.of(false);
            }
        });
    }

    /** Learns whether the store has it now, on the journal's thread. */
    interface Kept {
        void of(boolean durable);
    }

    private static Bytes key(LoggedEvent event) {
        return new WireWriter(8).u64(event.sequence()).toBytes();
    }

    private static Bytes encode(Event event) {
        WireWriter out = new WireWriter(512);
        Instant time = event.time();
        out.u64(time.getEpochSecond()).u32(time.getNano());
        text(out, event.type());
        out.u16(event.fields().size());
        event.fields().forEach((name, value) -> {
            text(out, name);
            text(out, value);
        });
        return out.toBytes();
    }

    private static LoggedEvent decode(Bytes key, Bytes value) throws MalformedPacket {
        long sequence = new WireReader(key).u64();
        WireReader in = new WireReader(value);
        Instant time = Instant.ofEpochSecond(in.u64(), in.u32());
        String type = text(in);
        int count = in.u16();
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            fields.put(text(in), text(in));
        }
        return new LoggedEvent(sequence, new Event(type, time, fields));
    }

    private static void text(WireWriter out, String text) {
        Bytes bytes = Bytes.utf8(text);
        out.u16(bytes.length()).bytes(bytes);
    }

    private static String text(WireReader in) throws MalformedPacket {
        return in.bytes(in.u16()).toUtf8();
    }
}
