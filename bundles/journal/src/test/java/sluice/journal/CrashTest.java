package sluice.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.platform.api.EventReader;
import sluice.platform.api.LoggedEvent;

/** A JVM that writes is killed (SIGKILL) again and again; nothing that it saw completed may be missing or half. */
class CrashTest {
    private static final int ROUNDS = 6;
    private static final long SEED = 4711;
    private static final int LINES_MAX = 30_000;

    @TempDir
    private Path directory;

    @Test
    void whatWasDurableIsThereWholeAfterEveryKill() throws Exception {
        Random random = new Random(SEED);
        long next = 1;
        String instance = "";
        for (int round = 0; round < ROUNDS; round++) {
            long confirmed = runAndKill(next, random.nextInt(200, LINES_MAX));
            try (DurableJournal journal = Harness.open(CrashingWriter.settings(directory))) {
                String what = "seed " + SEED + ", round " + round;
                long newest = numberOfNewest(journal);
                assertThat(newest).as(what).isGreaterThanOrEqualTo(confirmed);
                assertThat(journal.newest()).as(what).isEqualTo(2 * newest);
                checkState(journal, newest, what);
                assertThat(instance).as(what).isIn("", journal.instanceId());
                instance = journal.instanceId();
                next = newest + 1;
            }
        }
        checkEvents();
    }

    /** @return the last number that the writer saw completed */
    private long runAndKill(long start, int lines) throws Exception {
        Process writer = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingWriter.class.getName(),
                        directory.toString(),
                        Long.toString(start)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long confirmed = start - 1;
        try (BufferedReader out = writer.inputReader()) {
            for (int i = 0; i < lines; i++) {
                confirmed = Long.parseLong(out.readLine());
            }
            assertThat(writer.toHandle().destroyForcibly()).isTrue(); // leaves the pipe open
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.matches("\\d+") && Long.parseLong(line) == confirmed + 1) {
                    confirmed++;
                }
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return confirmed;
    }

    private static long numberOfNewest(DurableJournal journal) {
        Map<String, Long> highest = new HashMap<>();
        journal.scan(CrashingWriter.LEFT, (key, value) -> highest.merge("", Long.parseLong(value.toUtf8()), Math::max));
        return highest.getOrDefault("", 0L);
    }

    private static void checkState(DurableJournal journal, long newest, String what) {
        for (long number = Math.max(1, newest - CrashingWriter.KEYS + 1); number <= newest; number++) {
            String expected = Long.toString(number);
            assertThat(journal.get(CrashingWriter.LEFT, CrashingWriter.key(number))
                            .orElseThrow()
                            .toUtf8())
                    .as(what)
                    .isEqualTo(expected);
            assertThat(journal.get(CrashingWriter.RIGHT, CrashingWriter.key(number))
                            .orElseThrow()
                            .toUtf8())
                    .as(what)
                    .isEqualTo(expected);
        }
    }

    private void checkEvents() throws Exception {
        try (DurableJournal journal = Harness.open(CrashingWriter.settings(directory));
                EventReader reader = journal.open("check")) {
            long sequence = reader.committed();
            for (List<LoggedEvent> some = reader.read(1_000, Duration.ZERO);
                    !some.isEmpty();
                    some = reader.read(1_000, Duration.ZERO)) {
                for (LoggedEvent event : some) {
                    assertThat(event.sequence()).isEqualTo(++sequence);
                    assertThat(event.event().field("n")).isEqualTo(Long.toString((sequence + 1) / 2));
                }
            }
            assertThat(sequence).isEqualTo(journal.newest()).isPositive();
        }
    }
}
