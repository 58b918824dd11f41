package sluice.session;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.Event;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Store;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * Whether this gateway is left alone, that is, no server answers, and since when; what all shards share of it. Survives
 * a restart. Safe for any thread.
 *
 * <p>It begins with the first question that nobody answered, and ends with the first answer, or when the authenticator
 * says that a server is there.
 */
final class Outage {

    /** No server answers any more. */
    static final String DEGRADED_START = "DEGRADED_START";

    /** A server answers again; {@code degraded_seconds} says how long none did. */
    static final String DEGRADED_END = "DEGRADED_END";

    static final String REGION = "outage";
    private static final String REASON = "reason";
    private static final String BEGAN = "degraded_since";
    private static final String SECONDS = "degraded_seconds";

    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
    private static final Bytes SINCE = Bytes.utf8("since");

    private static final Journal.Completion UNHEARD = new Journal.Completion() {
        @Override
        public void durable() {
            // nobody waits for it
        }

        @Override
        public void failed(JournalFailure failure) {
            LOG.warn("The journal refuses the begin or end of an outage: {}", failure);
        }
    };

    private final Journal journal;
    private final InstantSource clock;
    private final AtomicInteger queued = new AtomicInteger();
    private final int queueMax;
    private final Pace probes;
    private final Pace questions;
    private volatile Optional<Instant> since = Optional.empty();

    /** @param now monotonic milliseconds */
    Outage(OutageSettings settings, Journal journal, InstantSource clock, long now) {
        this.journal = journal;
        this.clock = clock;
        queueMax = settings.queueMax();
        probes = Pace.every(settings.probe().toMillis(), now);
        questions = Pace.perSecond(settings.perSecond(), now);
    }

    /** Before frames are let in: an outage that was going on is going on, as long as nothing says otherwise. */
    void recover(Store store) {
        store.get(REGION, SINCE).flatMap(Outage::instant).ifPresent(begin -> since = Optional.of(begin));
    }

    boolean isOn() {
        return since.isPresent();
    }

    /** Empty while servers answer. */
    Optional<Instant> since() {
        return since;
    }

    /** Nobody answered; nothing happens when that is known. */
    void begin(String reason) {
        if (isOn()) {
            return;
        }
        synchronized (this) { // events in the order of what happened; never held for longer than that takes
            if (isOn()) {
                return;
            }
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS); // as the store has it
            since = Optional.of(now);
            StoreChange remembered = new StoreChange.Put(
                    REGION, SINCE, new WireWriter(8).u64(now.toEpochMilli()).toBytes());
            note(remembered, new Event(DEGRADED_START, now, Map.of(REASON, reason)));
        }
        LOG.warn("No RADIUS server answers ({}); from now on the rules of sluice.session for that count", reason);
    }

    /** Somebody answered; nothing happens when that is known. */
    void end() {
        if (!isOn()) {
            return;
        }
        long seconds;
        synchronized (this) {
            if (since.isEmpty()) {
                return;
            }
            Instant now = clock.instant();
            seconds = Math.max(0, Duration.between(since.get(), now).toSeconds());
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put(BEGAN, since.get().toString());
            fields.put(SECONDS, Long.toString(seconds));
            since = Optional.empty();
            note(new StoreChange.Remove(REGION, SINCE), new Event(DEGRADED_END, now, fields));
        }
        LOG.info("RADIUS answers again after {} s; those who were served without it are asked about", seconds);
    }

    /** One more subscriber waits; false when too many do. */
    boolean enqueue() {
        if (queued.incrementAndGet() <= queueMax) {
            return true;
        }
        queued.decrementAndGet();
        return false;
    }

    void dequeue() {
        queued.decrementAndGet();
    }

    /** How many wait because their realm says so. */
    int queued() {
        return queued.get();
    }

    /** How often something may be asked that nobody waits for: seldom while no server answers. */
    Pace pace() {
        return isOn() ? probes : questions;
    }

    private void note(StoreChange change, Event event) {
        journal.submit(new Transaction(List.of(change), List.of(event)), UNHEARD);
    }

    private static Optional<Instant> instant(Bytes value) {
        try {
            return Optional.of(Instant.ofEpochMilli(new WireReader(value).u64()));
        } catch (MalformedPacket e) {
            LOG.warn("What the store says of an outage is damaged; it counts as over");
            return Optional.empty();
        }
    }
}
