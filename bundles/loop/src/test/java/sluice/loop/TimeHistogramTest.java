package sluice.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

final class TimeHistogramTest {
    private final TimeHistogram times = new TimeHistogram();

    @Test
    void emptyOneSaysZero() {
        assertEquals(0, times.max());
        assertEquals(0, times.count());
        assertEquals(0, times.percentile(0.5));
    }

    @Test
    void longerOnesAreCountedToTheNextRange() {
        for (long millis : new long[] {1, 49, 50, 56, 700}) {
            times.record(millis * 1_000_000);
        }
        assertEquals(2, times.longerThan(50_000_000));
        assertEquals(0, times.longerThan(700_000_000));
        assertEquals(5, times.longerThan(0));
    }

    @Test
    void thoseUpToSomeDurationsAreCountedAndAllOfThem() {
        assertArrayEquals(new long[] {0, 0, 0}, times.upTo(0, 1_000_000));
        for (long millis : new long[] {1, 2, 2, 40, 700}) {
            times.record(millis * 1_000_000);
        }
        assertArrayEquals(
                new long[] {0, 1, 3, 3, 4, 5, 5},
                times.upTo(0, 1_000_000, 2_500_000, 20_000_000, 50_000_000, Long.MAX_VALUE));
        assertArrayEquals(new long[] {5}, times.upTo());
        assertEquals(745_000_000, times.sum());
    }

    @Test
    void everyDurationHasAPlace() {
        for (int bit = 0; bit < Long.SIZE; bit++) {
            times.record(1L << bit);
            times.record((1L << bit) - 1);
        }
        times.record(Long.MIN_VALUE);
        assertEquals(2L * Long.SIZE + 1, times.count());
        assertEquals(Long.MAX_VALUE, times.max());
        assertEquals(Long.MAX_VALUE, times.percentile(1));
        assertEquals(0, times.percentile(0));
    }

    @Test
    void percentilesAreNeverTooLowAndAtMostOneSixteenthTooHigh() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
        long[] durations = new long[10_000];
        for (int i = 0; i < durations.length; i++) {
            durations[i] = random.nextLong() >>> random.nextInt(10, 60);
            times.record(durations[i]);
        }
        Arrays.sort(durations);
        for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = durations[(int) Math.ceil(share * durations.length) - 1];
            long said = times.percentile(share);
            assertTrue(said >= exact && said <= exact + exact / 16, share + ": " + said + " for " + exact);
        }
    }

    @Test
    void shareBeyondOneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> times.percentile(99));
        assertThrows(IllegalArgumentException.class, () -> times.percentile(Double.NaN));
    }
}
