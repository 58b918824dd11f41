package sluice.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class InboxTest {
    private final Bell bell = new Bell();
    private final List<String> drained = new ArrayList<>();

    @Test
    void itemsOfOnePriorityArriveInOrder() {
        Inbox<String> inbox = new Inbox<>(bell, 4);
        inbox.offer(0, "a");
        inbox.offer(0, "b");
        inbox.offer(0, "c");

        assertEquals(2, inbox.drain(2, drained::add));
        assertEquals(1, inbox.drain(2, drained::add));
        assertEquals(0, inbox.drain(2, drained::add));
        assertEquals(List.of("a", "b", "c"), drained);
    }

    @Test
    void fullPriorityRefusesAndCountsAndTheOthersDoNot() {
        Inbox<String> inbox = new Inbox<>(bell, 3, 1);
        assertTrue(inbox.offer(1, "a"));
        assertFalse(inbox.offer(1, "b"));
        assertTrue(inbox.offer(0, "c"));

        assertEquals(0, inbox.refused(0));
        assertEquals(1, inbox.refused(1));
        assertEquals(2, inbox.size());
        assertEquals(1, inbox.size(1));
        inbox.drain(10, drained::add);
        assertTrue(inbox.offer(1, "d"));
    }

    @Test
    void capacityIsExactAndHoldsForEver() {
        Inbox<Integer> inbox = new Inbox<>(bell, 3);
        for (int round = 0; round < 100; round++) {
            assertTrue(inbox.offer(0, 1) && inbox.offer(0, 2) && inbox.offer(0, 3));
            assertFalse(inbox.offer(0, 4));
            assertEquals(3, inbox.drain(10, item -> {}));
        }
    }

    @Test
    void higherPriorityGoesFirst() {
        Inbox<String> inbox = new Inbox<>(bell, 4, 4, 4);
        inbox.offer(2, "low");
        inbox.offer(1, "middle");
        inbox.offer(0, "high");

        inbox.drain(10, drained::add);
        assertEquals(List.of("high", "middle", "low"), drained);
    }

    @Test
    void lowerPrioritiesGetTheirShareHoweverMuchIsAboveAndHoweverSmallTheDrains() {
        Inbox<String> inbox = new Inbox<>(bell, 100, 100, 100);
        for (int i = 0; i < 100; i++) {
            inbox.offer(0, "high");
            inbox.offer(1, "middle");
            inbox.offer(2, "low");
        }
        for (int i = 0; i < 63; i++) {
            inbox.drain(1, drained::add);
        }

        assertEquals(48, drained.stream().filter("high"::equals).count());
        assertEquals(12, drained.stream().filter("middle"::equals).count());
        assertEquals(3, drained.stream().filter("low"::equals).count());
    }

    @Test
    void itemThatMakesTheHandlerThrowIsGoneAndTheOthersStay() {
        Inbox<String> inbox = new Inbox<>(bell, 4);
        inbox.offer(0, "bad");
        inbox.offer(0, "good");

        assertThrows(NumberFormatException.class, () -> inbox.drain(10, Integer::parseInt));
        inbox.drain(10, drained::add);
        assertEquals(List.of("good"), drained);
    }

    @Test
    void closeHandsOverWhatWaitsAndRefusesTheRest() {
        Inbox<String> inbox = new Inbox<>(bell, 4, 4);
        inbox.offer(1, "b");
        inbox.offer(0, "a");

        assertEquals(2, inbox.close(drained::add));
        assertFalse(inbox.offer(0, "c"));
        assertEquals(List.of("a", "b"), drained);
        assertEquals(0, inbox.close(drained::add));
        assertEquals(0, inbox.size());
    }

    @Test
    void manyProducersLoseNothingAndKeepTheirOrder() throws InterruptedException {
        int producers = 4;
        int itemsEach = 50_000;
        Inbox<long[]> inbox = new Inbox<>(bell, 64, 64);
        List<Thread> threads = IntStream.range(0, producers)
                .mapToObj(producer -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < itemsEach; i++) {
                        long[] item = {producer, i};
                        while (!inbox.offer(producer % 2, item)) {
                            Thread.onSpinWait();
                        }
                    }
                }))
                .toList();
        long[] next = new long[producers];
        int total = 0;
        while (total < producers * itemsEach) {
            int drainedNow = inbox.drain(100, item -> assertEquals(next[(int) item[0]]++, item[1]));
            total += drainedNow;
            if (drainedNow == 0) {
                bell.await(1_000_000_000);
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, inbox.size());
    }

    @Test
    void closeAmongProducersHandsOverExactlyWhatWasAccepted() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            Inbox<Integer> inbox = new Inbox<>(bell, 1_024);
            List<Integer> accepted = new ArrayList<>();
            Thread producer = Thread.ofPlatform().start(() -> {
                int item = 0;
                while (inbox.offer(0, item)) {
                    accepted.add(item++);
                }
            });
            List<Integer> taken = new ArrayList<>();
            while (taken.size() < 50) {
                inbox.drain(10, taken::add);
            }
            inbox.close(taken::add);
            producer.join();
            assertEquals(accepted, taken);
        }
    }
}
