package sluice.loop;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LoopTest {
    private static final Idle PARK_SOON = new Idle(0, 60_000);

    private final AtomicLong nanos = new AtomicLong();
    private final Bell bell = new Bell();

    @Test
    void agentsTurnInOrderOnTheNamedThreadWithTheTimeInMilliseconds() throws InterruptedException {
        nanos.set(5_999_999);
        List<String> seen = new CopyOnWriteArrayList<>();
        CountDownLatch turned = new CountDownLatch(1);
        Agent first = now -> {
            seen.add("first " + now + " " + Thread.currentThread().getName());
            return 0;
        };
        Agent second = now -> {
            seen.add("second " + now);
            turned.countDown();
            return 0;
        };
        try (Loop loop = loop(first, second).start()) {
            await(turned);
            assertTrue(loop.isRunning());
        }
        assertEquals(List.of("first 5 sluice-test-0", "second 5"), seen.subList(0, 2));
    }

    @Test
    void itemOfferedToAParkedLoopIsHandled() throws InterruptedException {
        Inbox<CountDownLatch> inbox = new Inbox<>(bell, 10);
        try (Loop loop = loop(now -> inbox.drain(10, CountDownLatch::countDown)).start()) {
            for (int i = 0; i < 1_000; i++) {
                CountDownLatch handled = new CountDownLatch(1);
                assertTrue(inbox.offer(0, handled));
                await(handled);
            }
            assertTrue(loop.turnTimes().count() > 0);
        }
    }

    @Test
    void loopParksUntilTheEarliestDeadlineOfItsAgents() {
        nanos.set(MILLISECONDS.toNanos(100) + 300);
        Loop loop = loop(deadlineAt(140), deadlineAt(120), deadlineAt(Long.MAX_VALUE));
        assertEquals(MILLISECONDS.toNanos(20) - 300, loop.parkNanos());
    }

    @Test
    void loopDoesNotParkPastALimitNorBeforeADeadlineThatHasPassed() {
        nanos.set(MILLISECONDS.toNanos(100));
        assertEquals(0, loop(deadlineAt(100)).parkNanos());
        assertEquals(0, loop(deadlineAt(Long.MIN_VALUE)).parkNanos());
        assertEquals(SECONDS.toNanos(60), loop(deadlineAt(Long.MAX_VALUE)).parkNanos());
        assertEquals(SECONDS.toNanos(60), loop(now -> 0).parkNanos());
    }

    @Test
    void timeOfTheLoopDoesNotGoBackWithItsClock() {
        List<Long> times = new ArrayList<>();
        Loop loop = loop(now -> {
            times.add(now);
            return 1;
        });
        nanos.set(MILLISECONDS.toNanos(50));
        loop.turn();
        nanos.set(MILLISECONDS.toNanos(20));
        loop.turn();

        assertEquals(List.of(50L, 50L), times);
    }

    @Test
    void failingTurnIsCountedAndEndsNeitherTheOthersNorTheLoop() {
        AtomicInteger turns = new AtomicInteger();
        Loop loop = loop(
                now -> {
                    throw new LinkageError("a class went away");
                },
                now -> turns.incrementAndGet());
        for (int i = 0; i < 5; i++) {
            assertTrue(loop.turn() > 0);
        }

        assertEquals(5, turns.get());
        assertEquals(5, loop.failures());
    }

    @Test
    void agentThatAlwaysFailsDoesNotMakeTheLoopSpin() {
        Loop loop = loop(now -> {
            throw new IllegalStateException("always");
        });
        for (int i = 0; i < 100; i++) {
            loop.turn();
        }

        assertEquals(0, loop.turn());
        assertTrue(loop.parkNanos() >= MILLISECONDS.toNanos(10));
    }

    @Test
    void longestTurnIsMeasuredAndIdleOnesAreNot() {
        long[] lasts = {3_000_000, 40_000, 7_000_000};
        AtomicInteger next = new AtomicInteger();
        Loop loop = loop(now -> {
            if (next.get() == lasts.length) {
                nanos.addAndGet(SECONDS.toNanos(9));
                return 0;
            }
            nanos.addAndGet(lasts[next.getAndIncrement()]);
            return 1;
        });
        for (int i = 0; i < 5; i++) {
            loop.turn();
        }

        assertEquals(3, loop.turnTimes().count());
        assertEquals(7_000_000, loop.turnTimes().max());
    }

    @Test
    void closeEndsTheAgentsInReverseOnTheThreadOfTheLoopAndAnswersWhatWaits() throws InterruptedException {
        List<String> ended = new CopyOnWriteArrayList<>();
        Inbox<String> inbox = new Inbox<>(bell, 10);
        CountDownLatch turned = new CountDownLatch(1);
        Agent server = new Agent() {
            @Override
            public int turn(long now) {
                turned.countDown();
                return 0;
            }

            @Override
            public void end() {
                inbox.close(item -> ended.add(
                        "refused " + item + " on " + Thread.currentThread().getName()));
            }
        };
        Loop loop = loop(server, endsWith(() -> ended.add("second"))).start();
        await(turned);
        inbox.offer(0, "a");
        loop.close();

        assertEquals(List.of("second", "refused a on sluice-test-0"), ended);
        assertFalse(loop.isRunning());
        assertFalse(inbox.offer(0, "b"));
    }

    @Test
    void loopThatWasNeverStartedEndsItsAgentsToo() {
        AtomicInteger ended = new AtomicInteger();
        Loop loop = loop(
                endsWith(() -> {
                    throw new IllegalStateException("first to end");
                }),
                endsWith(ended::incrementAndGet));
        loop.close();
        loop.close();

        assertEquals(1, ended.get());
        assertThrows(IllegalStateException.class, loop::start);
    }

    @Test
    void hangingTurnIsInterruptedAndLeftBehindAtTheDeadline() throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Agent hanging = new Agent() {
            @Override
            public int turn(long now) {
                hangs.countDown();
                try {
                    never.await();
                } catch (InterruptedException interrupted) {
                    return 0;
                }
                return 1;
            }

            @Override
            public void end() {
                ended.countDown();
            }
        };
        Loop loop = loop(hanging).start();
        await(hangs);
        loop.close(Duration.ofMillis(1));

        await(ended);
    }

    @Test
    void loopCanBeClosedFromItsOwnTurn() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        List<Loop> self = new CopyOnWriteArrayList<>();
        Agent agent = new Agent() {
            @Override
            public int turn(long now) {
                self.forEach(Loop::close);
                return 0;
            }

            @Override
            public void end() {
                ended.countDown();
            }
        };
        Loop loop = loop(agent);
        self.add(loop);
        loop.start();
        await(ended);
    }

    private Loop loop(Agent... agents) {
        return new Loop("sluice-test-0", nanos::get, bell, PARK_SOON, List.of(agents));
    }

    private static Agent deadlineAt(long deadline) {
        return new Agent() {
            @Override
            public int turn(long now) {
                return 0;
            }

            @Override
            public long nextDeadline() {
                return deadline;
            }
        };
    }

    private static Agent endsWith(Runnable end) {
        return new Agent() {
            @Override
            public int turn(long now) {
                return 0;
            }

            @Override
            public void end() {
                end.run();
            }
        };
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(30, SECONDS), "did not happen");
    }
}
