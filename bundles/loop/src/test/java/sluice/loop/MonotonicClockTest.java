package sluice.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** One clock for all processes of a boot: what one has stored, the next one understands. */
final class MonotonicClockTest {

    /** Another process that says what time it is. */
    static final class Reading {

        private Reading() {}

        public static void main(String[] arguments) {
            System.out.print(MonotonicClock.system().nanos());
        }
    }

    @Test
    void processThatStartsLaterGoesOnCountingWhereTheFormerOneWas() throws IOException, InterruptedException {
        long before = MonotonicClock.system().nanos();
        long later = readInAnotherProcess();
        long after = MonotonicClock.system().nanos();
        assertTrue(before < later && later < after, before + " < " + later + " < " + after);
    }

    @Test
    void millisecondsAreRoundedDownOnBothSidesOfTheOrigin() {
        assertEquals(1, ((MonotonicClock) () -> 1_999_999L).millis());
        assertEquals(-2, ((MonotonicClock) () -> -1_000_001L).millis());
    }

    private static long readInAnotherProcess() throws IOException, InterruptedException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reading.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, other.waitFor());
        return Long.parseLong(said);
    }
}
