package sluice.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimerWheelTest {
    private static final int ALL = Integer.MAX_VALUE;
    private static final long DAY = Duration.ofDays(1).toMillis();

    private final List<Long> expired = new ArrayList<>();

    @Test
    void timerExpiresAtItsDeadlineAndNotBefore() {
        TimerWheel wheel = new TimerWheel(1_000, 10);
        wheel.schedule(1_500, 7);

        assertEquals(0, wheel.expire(1_499, ALL, expired::add));
        assertEquals(1, wheel.expire(1_500, ALL, expired::add));
        assertEquals(List.of(7L), expired);
        assertEquals(0, wheel.armed());
    }

    @Test
    void timersExpireInTheOrderOfTheirDeadlinesWhenTheClockLeaps() {
        TimerWheel wheel = new TimerWheel(0, 100);
        long[] deadlines = {5, 64, 65, 4_095, 4_096, 300_000, DAY, 400 * DAY, 36_500 * DAY};
        for (int i = deadlines.length - 1; i >= 0; i--) {
            wheel.schedule(deadlines[i], i);
        }

        wheel.expire(40_000 * DAY, ALL, expired::add);

        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), expired);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {Long.MIN_VALUE, -400_000_000_000L, -1, 0, 1, 1_767_225_600_000L, Long.MAX_VALUE - 10_000_000_000L})
    void everyDelayIsExactWhereverTheClockStarts(long start) {
        for (int bit = 0; bit < 33; bit++) {
            TimerWheel wheel = new TimerWheel(start, 10);
            long deadline = start + (1L << bit);
            wheel.schedule(deadline, bit);
            assertTrue(wheel.nextDeadline() <= deadline);
            wheel.expire(deadline - 1, ALL, expired::add);
            assertEquals(List.of(), expired, "2^" + bit + " ms, one too early");
            wheel.expire(deadline, ALL, expired::add);
            assertEquals(List.of((long) bit), expired);
            expired.clear();
        }
    }

    @Test
    void deadlineInThePastIsDueAtOnce() {
        TimerWheel wheel = new TimerWheel(1_000, 10);
        wheel.schedule(Long.MIN_VALUE, 1);
        wheel.schedule(999, 2);

        assertTrue(wheel.nextDeadline() <= 1_000);
        assertEquals(2, wheel.expire(1_000, ALL, expired::add));
    }

    @Test
    void clockThatStandsStillOrGoesBackExpiresNothingMoreAndWhatIsDueAllTheSame() {
        TimerWheel wheel = new TimerWheel(0, 10);
        wheel.expire(1_000, ALL, expired::add);
        wheel.schedule(1_001, 1);
        wheel.schedule(500, 2);

        wheel.expire(1_000, ALL, expired::add);
        wheel.expire(-DAY, ALL, expired::add);
        assertEquals(List.of(2L), expired);
        wheel.schedule(1_000, 3);
        wheel.expire(Long.MIN_VALUE, ALL, expired::add);
        assertEquals(List.of(2L, 3L), expired);
        wheel.expire(1_001, ALL, expired::add);
        assertEquals(List.of(2L, 3L, 1L), expired);
    }

    @Test
    void clockThatLeapsFromEndToEndExpiresEverythingOnce() {
        TimerWheel wheel = new TimerWheel(Long.MIN_VALUE, 3);
        wheel.schedule(Long.MIN_VALUE, 1);
        wheel.schedule(0, 2);
        wheel.schedule(TimerWheel.NEVER, 3);

        wheel.expire(Long.MAX_VALUE, ALL, expired::add);

        assertEquals(List.of(1L, 2L, 3L), expired);
        assertEquals(TimerWheel.NEVER, wheel.nextDeadline());
    }

    @Test
    void cancelledTimerDoesNotExpire() {
        TimerWheel wheel = new TimerWheel(0, 10);
        long handle = wheel.schedule(10, 1);
        assertEquals(10, wheel.deadline(handle));

        assertTrue(wheel.cancel(handle));
        assertFalse(wheel.cancel(handle));

        assertEquals(TimerWheel.NEVER, wheel.deadline(handle));
        assertEquals(TimerWheel.NEVER, wheel.nextDeadline());
        assertEquals(0, wheel.expire(DAY, ALL, expired::add));
    }

    @Test
    void staleHandleCancelsNothingWhenItsPlaceIsUsedAgain() {
        TimerWheel wheel = new TimerWheel(0, 1);
        long first = wheel.schedule(10, 1);
        wheel.expire(10, ALL, expired::add);
        long second = wheel.schedule(20, 2);

        assertNotEquals(first, second);
        assertFalse(wheel.cancel(first));
        assertFalse(wheel.cancel(TimerWheel.NONE));
        assertFalse(wheel.cancel(-1));
        assertFalse(wheel.cancel(Long.MAX_VALUE));
        assertEquals(1, wheel.armed());
        assertTrue(wheel.cancel(second));
    }

    @Test
    void fullWheelRefuses() {
        TimerWheel wheel = new TimerWheel(0, 1);
        long handle = wheel.schedule(10, 1);

        assertThrows(IllegalStateException.class, () -> wheel.schedule(10, 2));
        wheel.cancel(handle);
        wheel.schedule(10, 3);
    }

    @Test
    void boundedExpiryGoesOnWhereItStopped() {
        TimerWheel wheel = new TimerWheel(0, 1_000);
        for (int i = 0; i < 1_000; i++) {
            wheel.schedule(DAY + i / 10, i);
        }
        int calls = 0;
        while (wheel.nextDeadline() <= 2 * DAY) {
            assertTrue(wheel.expire(2 * DAY, 7, expired::add) <= 7);
            assertTrue(++calls < 1_000, "no progress");
        }

        assertEquals(1_000, expired.stream().distinct().count());
        assertEquals(
                expired.stream().map(i -> i / 10).sorted().toList(),
                expired.stream().map(i -> i / 10).toList());
    }

    @Test
    void manyTimersOfOneHourDoNotMakeOneCallLong() {
        TimerWheel wheel = new TimerWheel(0, 10_000);
        long hour = Duration.ofHours(1).toMillis();
        for (int i = 0; i < 10_000; i++) {
            wheel.schedule(hour + i, i);
        }
        int calls = 0;
        while (wheel.nextDeadline() <= hour + 9_999) {
            wheel.expire(hour + 9_999, 10, expired::add);
            calls++;
        }
        assertEquals(10_000, expired.size());
        assertTrue(calls >= 1_200, calls + " calls, though one moves at most 8 timers for each that it may expire");
    }

    @Test
    void handlerMayScheduleAndCancel() {
        TimerWheel wheel = new TimerWheel(0, 10);
        long victim = wheel.schedule(10, 99);
        wheel.schedule(9, 1);
        wheel.expire(10, ALL, payload -> {
            expired.add(payload);
            if (payload == 1) {
                wheel.cancel(victim);
                wheel.schedule(5, 2);
                wheel.schedule(11, 3);
            }
        });

        assertEquals(List.of(1L, 2L), expired);
        assertEquals(1, wheel.armed());
    }

    @Test
    void handlerThatThrowsLosesOnlyItsOwnTimer() {
        TimerWheel wheel = new TimerWheel(0, 10);
        wheel.schedule(1, 1);
        wheel.schedule(2, 2);

        assertThrows(ArithmeticException.class, () -> wheel.expire(5, ALL, payload -> Math.toIntExact(Long.MAX_VALUE)));
        wheel.expire(5, ALL, expired::add);
        assertEquals(List.of(2L), expired);
    }

    @Test
    void millionTimersFitIntoFiftyMegabytesAndExpireInBoundedSteps() {
        TimerWheel wheel = new TimerWheel(0, 1_000_000);
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 1_000_000; i++) {
            wheel.schedule(random.nextLong(1, DAY), i);
        }
        assertEquals(1_000_000, wheel.armed());
        assertTrue(wheel.bytes() < 50_000_000, wheel.bytes() + " bytes");

        long count = 0;
        while (wheel.armed() > 0) {
            count += wheel.expire(DAY, 1_000, payload -> {});
        }
        assertEquals(1_000_000, count);
    }
}
