package sluice.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sluice.journal.Harness.REGION;
import static sluice.journal.Harness.event;
import static sluice.journal.Harness.events;
import static sluice.journal.Harness.keep;
import static sluice.journal.Harness.open;
import static sluice.journal.Harness.outcome;
import static sluice.journal.Harness.read;
import static sluice.journal.Harness.send;
import static sluice.journal.Harness.sequences;
import static sluice.journal.Harness.settings;
import static sluice.journal.Harness.submit;
import static sluice.journal.Harness.transaction;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.net.Bytes;
import sluice.platform.api.EventReader;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.LoggedEvent;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

class DurableJournalTest {
    @TempDir
    private Path directory;

    private static Bytes key(int number) {
        return Bytes.utf8("key-" + number);
    }

    private static Bytes value(int number) {
        return Bytes.utf8("value-" + number);
    }

    @Test
    void stateAndEventsAreThereAfterARestartAndTheLogKeepsItsName() throws Exception {
        String instance;
        try (DurableJournal journal = open(directory)) {
            instance = journal.instanceId();
            keep(journal, transaction(key(1), value(1), event(1), event(2)));
            keep(journal, transaction(key(2), value(2)));
            keep(journal, new Transaction(List.of(new StoreChange.Remove(REGION, key(1))), List.of(event(3))));
        }
        try (DurableJournal journal = open(directory);
                EventReader reader = journal.open("test")) {
            assertThat(journal.instanceId()).isEqualTo(instance);
            assertThat(journal.newest()).isEqualTo(3);
            assertThat(journal.get(REGION, key(1))).isEmpty();
            assertThat(journal.get(REGION, key(2))).contains(value(2));
            assertThat(journal.size(REGION)).isEqualTo(1);
            List<LoggedEvent> read = read(reader, 3);
            assertThat(sequences(read)).containsExactly(1L, 2L, 3L);
            assertThat(read.get(1).event()).isEqualTo(event(2));
        }
    }

    @Test
    void logSaysHowFullItIsBeforeAndAfterACheckpoint() throws Exception {
        long bytes;
        try (DurableJournal journal = open(directory)) {
            assertThat(journal.size().events()).isZero();
            keep(journal, events(event(1), event(2), event(3)));
            assertThat(journal.size().events()).isEqualTo(3);
            bytes = journal.size().bytes();
            assertThat(bytes).isPositive().isLessThan(journal.size().bytesMax());
        }
        try (DurableJournal journal = open(directory)) { // which wrote everything to the tables when it closed
            assertThat(journal.size().events()).isEqualTo(3);
            assertThat(journal.size().bytes()).isBetween(bytes, bytes + 64);
        }
    }

    @Test
    void completionsComeInTheOrderOfSubmissionOnOneThread() throws Exception {
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<String> threads = Collections.synchronizedList(new ArrayList<>());
        try (DurableJournal journal = open(directory)) {
            CountDownLatch done = new CountDownLatch(5_000);
            for (int i = 0; i < 5_000; i++) {
                int number = i;
                journal.submit(transaction(key(i), value(i), event(i)), new Journal.Completion() {
                    @Override
                    public void durable() {
                        order.add(number);
                        threads.add(Thread.currentThread().getName());
                        done.countDown();
                    }

                    @Override
                    public void failed(JournalFailure failure) {
                        order.add(-1);
                        done.countDown();
                    }
                });
            }
            done.await();
        }
        assertThat(order).hasSize(5_000).isSorted().doesNotContain(-1);
        assertThat(threads).containsOnly("sluice-journal");
    }

    @Test
    void scanShowsMemoryAndTablesAsOneInTheOrderOfKeys() throws Exception {
        Random random = new Random(5);
        java.util.TreeMap<Bytes, Bytes> expected = new java.util.TreeMap<>();
        try (DurableJournal journal = open(directory)) {
            for (int i = 0; i < 6_000; i++) {
                Bytes key = key(random.nextInt(1_500));
                StoreChange change = random.nextInt(3) == 0
                        ? new StoreChange.Remove(REGION, key)
                        : new StoreChange.Put(REGION, key, Bytes.utf8("v" + i + "-".repeat(500)));
                CompletableFuture<String> result = submit(journal, new Transaction(List.of(change), List.of()));
                if (change instanceof StoreChange.Put put) {
                    expected.put(key, put.value());
                } else {
                    expected.remove(key);
                }
                if (i % 2_000 == 1_999) {
                    assertThat(outcome(result)).isEmpty();
                    java.util.LinkedHashMap<Bytes, Bytes> seen = new java.util.LinkedHashMap<>();
                    journal.scan(REGION, seen::put);
                    assertThat(new ArrayList<>(seen.keySet())).isEqualTo(new ArrayList<>(expected.keySet()));
                    assertThat(seen).isEqualTo(expected);
                    assertThat(journal.size(REGION)).isEqualTo(expected.size());
                }
            }
            assertThat(journal.counters().get(JournalCounter.CHECKPOINTS)).isPositive();
        }
    }

    @Test
    void readerResumesBehindWhatItCommitted() throws Exception {
        try (DurableJournal journal = open(directory)) {
            try (EventReader reader = journal.open("redis")) {
                keep(journal, events(event(1), event(2), event(3), event(4)));
                assertThat(sequences(read(reader, 3))).containsExactly(1L, 2L, 3L);
                reader.commit(2);
                reader.rewind();
                assertThat(sequences(read(reader, 2))).containsExactly(3L, 4L);
                reader.commit(1);
                assertThat(reader.committed()).isEqualTo(2);
            }
        }
        try (DurableJournal journal = open(directory);
                EventReader reader = journal.open("redis")) {
            assertThat(reader.committed()).isEqualTo(2);
            assertThat(sequences(read(reader, 2))).containsExactly(3L, 4L);
        }
    }

    @Test
    void aCursorHasOneHolderAtATime() throws Exception {
        try (DurableJournal journal = open(directory)) {
            EventReader first = journal.open("radius");
            assertThatThrownBy(() -> journal.open("radius")).isInstanceOf(IllegalStateException.class);
            first.close();
            journal.open("radius").close();
        }
    }

    @Test
    void aWaitingReaderWakesWhenAnEventBecomesDurable() throws Exception {
        try (DurableJournal journal = open(directory);
                EventReader reader = journal.open("test")) {
            assertThat(reader.read(10, Duration.ZERO)).isEmpty();
            CompletableFuture<List<LoggedEvent>> read = new CompletableFuture<>();
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    read.complete(reader.read(10, Harness.WAIT));
                } catch (InterruptedException interrupted) {
                    read.completeExceptionally(interrupted);
                }
            });
            keep(journal, events(event(1)));
            assertThat(sequences(read.join())).containsExactly(1L);
            thread.join();
        }
    }

    @Test
    void anInterruptedReaderDoesNotHurtTheFilesOfTheOthers() throws Exception {
        JournalSettings settings = settings(directory);
        try (DurableJournal journal = open(settings);
                EventReader reader = journal.open("test")) {
            for (int i = 0; i < 20_000; i++) {
                send(journal, events(event(i)));
            }
            keep(journal, events(event(20_000)));
            Thread thread = Thread.ofPlatform().start(() -> {
                Thread.currentThread().interrupt();
                for (int i = 0; i < 100; i++) {
                    journal.get(REGION, key(i));
                    journal.size(REGION);
                }
            });
            thread.join();
            assertThat(read(reader, 20_001)).hasSize(20_001);
            keep(journal, transaction(key(1), value(1)));
        }
        try (DurableJournal journal = open(settings)) {
            assertThat(journal.get(REGION, key(1))).contains(value(1));
        }
    }

    @Test
    void eventsThatAllHavePassedGoAndALaggingReaderLosesCountedOnesOnly() throws Exception {
        JournalSettings small =
                new JournalSettings(directory, 300_000, JournalSettings.REDO_BYTES_MIN, 65_536, 10, Duration.ZERO);
        DurableJournal first = open(small);
        EventReader quick = first.open("quick");
        EventReader slow = first.open("slow");
        for (int i = 0; i < 40_000; i++) {
            send(first, events(event(i)));
            if (i % 1_000 == 999) {
                keep(first, events(event(i)));
                read(quick, 1_001);
                quick.commit(first.newest());
            }
        }
        first.close();
        assertThat(quick.lost()).isZero();
        assertThat(slow.lost()).isPositive().isLessThan(first.newest());
        assertThat(first.counters().get(JournalCounter.EVENTS_LOST)).isEqualTo(slow.lost());
        assertThat(Files.size(directory.resolve("events.mv"))).isLessThan(4_000_000);

        try (DurableJournal second = open(small);
                EventReader again = second.open("slow")) {
            assertThat(again.lost()).isEqualTo(slow.lost());
            assertThat(read(again, 100).getFirst().sequence()).isEqualTo(again.lost() + 1);
        }
    }

    @Test
    void tooManyWaitingTransactionsAreRefusedAndNeverForgotten() throws Exception {
        JournalSettings narrow = new JournalSettings(directory, 8 << 20, 1 << 20, 8, 10, Duration.ZERO);
        try (DurableJournal journal = open(narrow)) {
            List<CompletableFuture<String>> results = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                results.add(submit(journal, events(event(i))));
            }
            long kept = 0;
            for (CompletableFuture<String> result : results) {
                String outcome = outcome(result);
                assertThat(outcome).isIn("", "OVERLOADED");
                kept += outcome.isEmpty() ? 1 : 0;
            }
            assertThat(kept).isPositive().isLessThan(20_000);
            assertThat(journal.newest()).isEqualTo(kept);
        }
    }

    @Test
    void afterTheEndEverythingIsRefused() throws Exception {
        DurableJournal journal = open(directory);
        journal.close();
        assertThat(outcome(submit(journal, events(event(1))))).isEqualTo("CLOSED");
    }

    @Test
    void withAnIntervalTheMediumFollowsLaterAndACleanEndLosesNothing() throws Exception {
        JournalSettings relaxed = new JournalSettings(directory, 8 << 20, 1 << 20, 65_536, 10, Duration.ofMillis(50));
        try (DurableJournal journal = open(relaxed)) {
            for (int i = 0; i < 10_000; i++) {
                send(journal, transaction(key(i), value(i), event(i)));
            }
            keep(journal, transaction(key(10_000), value(10_000)));
        }
        try (DurableJournal journal = open(relaxed)) {
            assertThat(journal.size(REGION)).isEqualTo(10_001);
            assertThat(journal.newest()).isEqualTo(10_000);
        }
    }

    @Test
    void aTransactionLargerThanTheRedoLogIsRefusedAtOnce() throws Exception {
        try (DurableJournal journal = open(directory)) {
            Transaction huge = transaction(key(1), Bytes.adopt(new byte[2 << 20]));
            assertThatThrownBy(() -> submit(journal, huge)).isInstanceOf(IllegalArgumentException.class);
            keep(journal, transaction(key(1), value(1)));
        }
    }

    @Test
    void filesStayBoundedUnderSteadyChurn() throws Exception {
        Random random = new Random(3);
        byte[] noise = new byte[400];
        try (DurableJournal journal = open(settings(directory))) {
            for (int round = 0; round < 40; round++) {
                for (int i = 0; i < 2_000; i++) {
                    random.nextBytes(noise);
                    send(journal, transaction(key(random.nextInt(5_000)), Bytes.copyOf(noise), event(i)));
                }
                keep(journal, events(event(round)));
            }
            assertThat(journal.size(REGION)).isEqualTo(5_000);
            assertThat(Files.size(directory.resolve("state.mv"))).isLessThan(24_000_000); // 2 MB are alive
            assertThat(Files.size(directory.resolve("events.mv"))).isLessThan(24_000_000); // bound 8 MB
        }
    }
}
