package sluice.loop;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BellTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void ringBeforeTheWaitIsRemembered() {
        Bell bell = new Bell();
        bell.ring();
        assertTimeoutPreemptively(PATIENCE, () -> bell.await(MINUTES.toNanos(10)));
        assertFalse(bell.isWaiting());
    }

    @Test
    void waitThatMayNotLastReturnsAtOnce() {
        Bell bell = new Bell();
        assertTimeoutPreemptively(PATIENCE, () -> {
            bell.await(0);
            bell.await(-1);
        });
    }

    @Test
    void noRingGetsLostBetweenTheLastLookAndTheParking() {
        int rounds = 20_000;
        Bell there = new Bell();
        Bell back = new Bell();
        AtomicInteger ball = new AtomicInteger();
        Thread other = Thread.ofPlatform().daemon().start(() -> {
            for (int i = 1; i < 2 * rounds; i += 2) {
                while (ball.get() != i) {
                    there.await(MINUTES.toNanos(10));
                }
                ball.set(i + 1);
                back.ring();
            }
        });
        assertTimeoutPreemptively(PATIENCE, () -> {
            for (int i = 0; i < 2 * rounds; i += 2) {
                ball.set(i + 1);
                there.ring();
                while (ball.get() != i + 2) {
                    back.await(MINUTES.toNanos(10));
                }
            }
            other.join();
        });
    }
}
