package sluice.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.platform.api.Event;
import sluice.platform.api.EventReader;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.LoggedEvent;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/** What the tests of the journal share. */
final class Harness {
    static final String REGION = "session";
    static final Duration WAIT = Duration.ofSeconds(20);

    private Harness() {}

    static JournalSettings settings(Path directory) {
        return new JournalSettings(directory, 8 << 20, 1 << 20, 65_536, 10, Duration.ZERO);
    }

    static DurableJournal open(JournalSettings settings) throws IOException {
        return open(settings, RedoLog.DISK);
    }

    static DurableJournal open(JournalSettings settings, RedoLog.Medium medium) throws IOException {
        return new DurableJournal(settings, MonotonicClock.system(), new Random(7), medium);
    }

    static DurableJournal open(Path directory) throws IOException {
        return open(settings(directory));
    }

    /** An event that carries its number. */
    static Event event(long number) {
        return new Event(
                "SESSION_UPDATE",
                Instant.ofEpochSecond(1_700_000_000L + number),
                Map.of("session_id", "s-" + number % 97, "n", Long.toString(number)));
    }

    static Transaction transaction(Bytes key, Bytes value, Event... events) {
        return new Transaction(List.of(new StoreChange.Put(REGION, key, value)), List.of(events));
    }

    static Transaction events(Event... events) {
        return new Transaction(List.of(), List.of(events));
    }

    /** Submits and gives back what becomes of it: empty text when durable, else the failure. */
    static CompletableFuture<String> submit(Journal journal, Transaction transaction) {
        CompletableFuture<String> result = new CompletableFuture<>();
        journal.submit(transaction, new Journal.Completion() {
            @Override
            public void durable() {
                result.complete("");
            }

            @Override
            public void failed(JournalFailure failure) {
                result.complete(failure.name());
            }
        });
        return result;
    }

    /** Submits and does not look back. */
    static void send(Journal journal, Transaction transaction) {
        journal.submit(transaction, new Journal.Completion() {
            @Override
            public void durable() {}

            @Override
            public void failed(JournalFailure failure) {}
        });
    }

    static String outcome(CompletableFuture<String> result) throws Exception {
        return result.get(WAIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Submits and waits until it is durable. */
    static void keep(Journal journal, Transaction transaction) throws Exception {
        String outcome = outcome(submit(journal, transaction));
        if (!outcome.isEmpty()) {
            throw new AssertionError("refused: " + outcome);
        }
    }

    /** Reads so many events, waiting for them. */
    static List<LoggedEvent> read(EventReader reader, int count) throws InterruptedException {
        List<LoggedEvent> all = new ArrayList<>();
        while (all.size() < count) {
            List<LoggedEvent> some = reader.read(count - all.size(), WAIT);
            if (some.isEmpty()) {
                throw new AssertionError("only " + all.size() + " of " + count + " events came");
            }
            all.addAll(some);
        }
        return all;
    }

    static List<Long> sequences(List<LoggedEvent> events) {
        return events.stream().map(LoggedEvent::sequence).toList();
    }
}
