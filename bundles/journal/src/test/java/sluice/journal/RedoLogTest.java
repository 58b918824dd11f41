package sluice.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.net.Bytes;

class RedoLogTest {
    private static final int CAPACITY = JournalSettings.REDO_BYTES_MIN;
    private static final int HEADER_BYTES = 28;
    private static final long SEED = 17;

    @TempDir
    private Path directory;

    private static Bytes payload(long batch) {
        return Bytes.adopt(new byte[1_000 + (int) batch]);
    }

    private List<Long> recovered() throws Exception {
        try (RedoLog redo = new RedoLog(directory, CAPACITY, RedoLog.DISK)) {
            return redo.recover().stream().map(RedoLog.Entry::batch).toList();
        }
    }

    @Test
    void framesOfBothFilesComeBackInOrderAndOverwrittenOnesDoNot() throws Exception {
        try (RedoLog redo = new RedoLog(directory, CAPACITY, RedoLog.DISK)) {
            redo.turn();
            long batch = 1;
            for (int turns = 0; turns < 5; turns++) {
                while (redo.fits(payload(batch).length())) {
                    redo.append(batch, payload(batch));
                    batch++;
                }
                redo.turn();
            }
            redo.append(batch, payload(batch));
            redo.force();

            List<Long> all = recovered();
            assertThat(all).isSorted().endsWith(batch - 1, batch);
            assertThat(all.getFirst()).isGreaterThan(1);
            assertThat(all).hasSize((int) (batch - all.getFirst() + 1));
        }
    }

    @Test
    void aTornFrameEndsTheLogAndWhatStandsBeforeItStays() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < 50; round++) {
            Path own = java.nio.file.Files.createDirectory(directory.resolve("r" + round));
            int torn = random.nextInt(1, 10);
            try (RedoLog redo = new RedoLog(own, CAPACITY, RedoLog.DISK)) {
                redo.turn();
                for (long batch = 1; batch <= 10; batch++) {
                    redo.append(batch, payload(batch));
                }
            }
            long position = random.nextInt(HEADER_BYTES + 1_000);
            for (int batch = 1; batch < torn; batch++) {
                position += HEADER_BYTES + payload(batch).length();
            }
            try (RandomAccessFile file =
                    new RandomAccessFile(own.resolve("redo-1.log").toFile(), "rw")) {
                file.seek(position);
                int was = file.read();
                file.seek(position);
                file.write(was ^ (1 << random.nextInt(8)));
            }
            try (RedoLog redo = new RedoLog(own, CAPACITY, RedoLog.DISK)) {
                assertThat(redo.recover().stream().map(RedoLog.Entry::batch))
                        .as("seed %d, round %d", SEED, round)
                        .isEqualTo(java.util.stream.LongStream.range(1, torn)
                                .boxed()
                                .toList());
            }
        }
    }

    @Test
    void aSpoiledFrameIsTakenBackAndItsNumberUsedAgain() throws Exception {
        try (RedoLog redo = new RedoLog(directory, CAPACITY, RedoLog.DISK)) {
            redo.turn();
            redo.append(1, payload(1));
            redo.append(2, payload(2));
            redo.spoil();
            assertThat(redo.fits(1)).isFalse();
            redo.turn();
            redo.append(2, Bytes.utf8("again"));
            redo.force();
        }
        try (RedoLog redo = new RedoLog(directory, CAPACITY, RedoLog.DISK)) {
            List<RedoLog.Entry> entries = redo.recover();
            assertThat(entries.stream().map(RedoLog.Entry::batch)).containsExactly(1L, 2L);
            assertThat(entries.getLast().payload()).isEqualTo(Bytes.utf8("again"));
        }
    }
}
