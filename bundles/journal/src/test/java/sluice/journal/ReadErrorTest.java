package sluice.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sluice.journal.Harness.events;
import static sluice.journal.Harness.keep;
import static sluice.journal.Harness.open;
import static sluice.journal.Harness.sequences;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.platform.api.Event;
import sluice.platform.api.EventReader;

/** A file of events that cannot be read for a while. */
class ReadErrorTest {
    private static final int PER_COMMIT = 100;
    /** More blocks than the tables read at once. */
    private static final int MANY = 200 * PER_COMMIT;

    private static final int HEADERS_BYTES = 8_192;

    @TempDir
    private Path directory;

    @Test
    void whatWasReadBeforeAnErrorIsHandedOutAndNothingIsLeftOutAfterIt() throws Exception {
        try (DurableJournal journal = open(settings())) {
            for (int first = 1; first <= MANY; first += PER_COMMIT) {
                keep(
                        journal,
                        events(IntStream.range(first, first + PER_COMMIT)
                                .mapToObj(Harness::event)
                                .toArray(Event[]::new)));
            }
        }
        Path file = directory.resolve("events.mv");
        byte[] whole = Files.readAllBytes(file);
        try (DurableJournal journal = open(settings());
                EventReader reader = journal.open("test");
                RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
            List<Long> seen = new ArrayList<>(sequences(reader.read(PER_COMMIT / 2, Duration.ZERO)));
            disk.setLength(HEADERS_BYTES);
            seen.addAll(sequences(reader.read(MANY, Duration.ZERO)));
            assertThat(seen).as("of the block that was read already").hasSizeBetween(PER_COMMIT, MANY / 2);
            assertThatThrownBy(() -> reader.read(MANY, Duration.ZERO)).isInstanceOf(RuntimeException.class);
            disk.seek(0);
            disk.write(whole);
            while (seen.size() < MANY) {
                seen.addAll(sequences(reader.read(MANY, Duration.ofSeconds(1))));
            }
            assertThat(seen).isEqualTo(LongStream.rangeClosed(1, MANY).boxed().toList());
        }
    }

    private JournalSettings settings() {
        return new JournalSettings(directory, 64 << 20, 16 << 20, 65_536, MANY, Duration.ZERO);
    }
}
