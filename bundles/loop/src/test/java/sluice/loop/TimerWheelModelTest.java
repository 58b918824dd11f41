package sluice.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wheel beside a sorted map, under random operations and clocks that leap, stand still and go back. */
final class TimerWheelModelTest {
    private static final int STEPS = 20_000;
    private static final int CAPACITY = 3_000;

    private record Armed(long handle, long due) {}

    private final TreeMap<Long, List<Long>> payloadsByDue = new TreeMap<>();
    private final Map<Long, Armed> armed = new HashMap<>();
    private final List<Long> ended = new ArrayList<>();
    private final List<Long> expired = new ArrayList<>();

    /** The latest time that the wheel was shown: what it takes an earlier deadline for. */
    private long latest;

    private long nextPayload;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void wheelAgreesWithSortedMap(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        long now = seed % 2 == 0 ? random.nextLong() >> 2 : 0;
        latest = now;
        TimerWheel wheel = new TimerWheel(now, CAPACITY);
        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(10);
            if (dice < 5 && wheel.armed() < CAPACITY) {
                schedule(wheel, now + delay(random));
            } else if (dice < 7) {
                cancelSome(wheel, random);
            } else {
                now += leap(random);
                expire(wheel, now, 1 + random.nextInt(50));
            }
            assertEquals(armed.size(), wheel.armed());
            assertTrue(payloadsByDue.isEmpty() || wheel.nextDeadline() <= payloadsByDue.firstKey());
        }
        for (long handle : ended) {
            assertFalse(wheel.cancel(handle), "stale handle");
        }
        expire(wheel, Long.MAX_VALUE, 1_000);
        assertEquals(0, wheel.armed());
    }

    private void schedule(TimerWheel wheel, long deadline) {
        long payload = nextPayload++;
        long due = Math.max(deadline, latest);
        armed.put(payload, new Armed(wheel.schedule(deadline, payload), due));
        payloadsByDue.computeIfAbsent(due, key -> new ArrayList<>()).add(payload);
    }

    private void cancelSome(TimerWheel wheel, RandomGenerator random) {
        long payload = nextPayload == 0 ? 0 : random.nextLong(nextPayload);
        Armed timer = armed.get(payload);
        if (timer != null) {
            assertTrue(wheel.cancel(timer.handle()));
            forget(payload);
        }
    }

    /** In steps of a bounded size, until nothing is due; sometimes the clock goes back between two of them. */
    private void expire(TimerWheel wheel, long now, int max) {
        latest = Math.max(latest, now);
        long clock = now;
        long dueBefore = Long.MIN_VALUE;
        for (int calls = 0; wheel.nextDeadline() <= latest && wheel.armed() > 0; calls++) {
            assertTrue(calls < 10 * CAPACITY, "no progress");
            expired.clear();
            int count = wheel.expire(clock, max, expired::add);
            assertEquals(expired.size(), count);
            assertTrue(count <= max);
            for (long payload : expired) {
                long due = Objects.requireNonNull(armed.get(payload), "expired twice")
                        .due();
                assertTrue(due <= latest, "too early");
                assertTrue(due >= dueBefore, "out of order");
                dueBefore = due;
                forget(payload);
            }
            clock = latest;
        }
        wheel.expire(latest, max, payload -> {
            throw new AssertionError(payload + " was not announced by nextDeadline");
        });
        assertTrue(payloadsByDue.isEmpty() || payloadsByDue.firstKey() > latest, "too late");
    }

    private void forget(long payload) {
        Armed timer = Objects.requireNonNull(armed.remove(payload));
        ended.add(timer.handle());
        List<Long> sameDue = Objects.requireNonNull(payloadsByDue.get(timer.due()));
        sameDue.remove(payload);
        if (sameDue.isEmpty()) {
            payloadsByDue.remove(timer.due());
        }
    }

    private static long delay(RandomGenerator random) {
        return (random.nextLong() >>> random.nextInt(20, 64)) - random.nextLong(100);
    }

    private static long leap(RandomGenerator random) {
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> -random.nextLong(1_000_000);
            case 2 -> random.nextLong(86_400_000L * 30);
            case 3 -> random.nextLong(1L << 20);
            default -> random.nextLong(200);
        };
    }
}
