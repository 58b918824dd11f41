package sluice.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static sluice.journal.Harness.REGION;
import static sluice.journal.Harness.event;
import static sluice.journal.Harness.keep;
import static sluice.journal.Harness.outcome;
import static sluice.journal.Harness.submit;
import static sluice.journal.Harness.transaction;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.net.Bytes;
import sluice.platform.api.EventReader;

/** With an interval a commit is forced after it was answered; what the disk refuses then was told already. */
class LaterForceTest {
    private static final Bytes VALUE = Bytes.utf8("value");

    @TempDir
    private Path directory;

    private volatile boolean broken;

    @Test
    void commitThatReadersHaveSeenIsNotRefusedWhenForcingItFails() throws Exception {
        JournalSettings settings = settings(directory.resolve("here"));
        try (DurableJournal journal = Harness.open(settings, file -> {
            if (broken) {
                throw new IOException("no answer of the disk");
            }
            file.force(false);
        })) {
            keep(journal, transaction(key(1), VALUE, event(1)));
            broken = true;
            assertThat(outcome(submit(journal, transaction(key(2), VALUE, event(2)))))
                    .isEmpty();
            assertThat(journal.complaints()).hasSize(1);
            assertNothingIsLost(killed(settings.directory()), 2);
            broken = false;
            keep(journal, transaction(key(3), VALUE, event(3)));
            assertThat(journal.complaints()).isEmpty();
        }
        assertNothingIsLost(settings.directory(), 3);
    }

    /** What a journal finds that was killed now. */
    private Path killed(Path files) throws IOException {
        Path copy = Files.createTempDirectory(directory, "killed");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(files)) {
            for (Path file : all) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private static void assertNothingIsLost(Path files, int count) throws Exception {
        try (DurableJournal journal = Harness.open(settings(files));
                EventReader reader = journal.open("test")) {
            assertThat(journal.size(REGION)).isEqualTo(count);
            assertThat(Harness.read(reader, count))
                    .extracting(logged -> logged.event().field("n"))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, count)
                            .mapToObj(Integer::toString)
                            .toList());
            assertThat(journal.newest()).isEqualTo(count);
        }
    }

    /** Every turn of the writer forces what was written before. */
    private static JournalSettings settings(Path files) {
        return new JournalSettings(files, 8 << 20, 1 << 20, 65_536, 10, Duration.ofNanos(1));
    }

    private static Bytes key(int number) {
        return Bytes.utf8("key-" + number);
    }
}
