package sluice.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static sluice.journal.Harness.event;
import static sluice.journal.Harness.outcome;
import static sluice.journal.Harness.submit;
import static sluice.journal.Harness.transaction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.net.Bytes;
import sluice.platform.api.EventReader;

/** A real file system without room: a small tmpfs. Needs root, and says so when it is skipped. */
class FullDiskTest {
    @TempDir
    private Path directory;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to mount a small tmpfs");
        disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()), "cannot mount a tmpfs here");
    }

    @AfterEach
    void unmount() throws Exception {
        if (disk != null) {
            run("umount", disk.toString());
        }
    }

    @Test
    void aFullDiskRefusesLosesNothingAndRecoversByItself() throws Exception {
        JournalSettings settings = new JournalSettings(
                disk.resolve("journal"),
                16 << 20,
                4 * JournalSettings.REDO_BYTES_MIN,
                65_536,
                1_000_000,
                Duration.ZERO);
        Map<Bytes, Bytes> kept = new TreeMap<>();
        long events;
        try (DurableJournal journal = Harness.open(settings)) {
            int number = 0;
            String outcome = "";
            while (outcome.isEmpty()) { // tmpfs is small: ends after some thousand
                number++;
                outcome = keep(journal, number, kept);
            }
            assertThat(outcome).isEqualTo("DISK");
            assertThat(keep(journal, number + 1, kept))
                    .as("refused at once while there is no room")
                    .isEqualTo("DISK");
            assertThat(journal.counters().get(JournalCounter.CHECKPOINT_FAILURES))
                    .isPositive();
            assertSame(journal, kept);
            assertThat(journal.complaints()).hasSize(1);

            assertThat(run("mount", "-o", "remount,size=64m", disk.toString())).isTrue();
            int tries = 0;
            while (!keep(journal, number + 2, kept).isEmpty() && tries++ < 5_000) {
                LockSupport.parkNanos(2_000_000); // the checkpoint tries once a second
            }
            assertThat(kept).containsKey(Bytes.utf8("k" + (number + 2)));
            assertThat(journal.complaints()).isEmpty();
            assertSame(journal, kept);
            events = journal.newest();
            assertThat(events).isEqualTo(kept.size());
        }
        try (DurableJournal journal = Harness.open(settings);
                EventReader reader = journal.open("check")) {
            assertSame(journal, kept);
            assertThat(Harness.read(reader, (int) events)).hasSize((int) events);
        }
    }

    private static String keep(DurableJournal journal, int number, Map<Bytes, Bytes> kept) throws Exception {
        Bytes key = Bytes.utf8("k" + number);
        Bytes value = Bytes.utf8("v" + number + "-".repeat(600));
        String outcome = outcome(submit(journal, transaction(key, value, event(number))));
        if (outcome.isEmpty()) {
            kept.put(key, value);
        }
        return outcome;
    }

    private static void assertSame(DurableJournal journal, Map<Bytes, Bytes> expected) {
        Map<Bytes, Bytes> seen = new TreeMap<>();
        journal.scan(Harness.REGION, seen::put);
        assertThat(seen).isEqualTo(expected);
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(List.of(command))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
