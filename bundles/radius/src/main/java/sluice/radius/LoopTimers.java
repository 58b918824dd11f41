package sluice.radius;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import sluice.loop.MonotonicClock;

/** Runs things later on the request loop, by the clock that the rest goes by. Belongs to the loop. */
final class LoopTimers {

    private static final long TICK_MILLIS = 10;

    private final RequestLoop loop;
    private final MonotonicClock clock;
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(Timer::deadline));
    private boolean ticking;

    private record Timer(long deadline, Runnable task) {}

    LoopTimers(RequestLoop loop, MonotonicClock clock) {
        this.loop = loop;
        this.clock = clock;
    }

    /** Runs the task in so many milliseconds, to the next ten; not when the loop ends before. */
    void after(long millis, Runnable task) {
        timers.add(new Timer(clock.millis() + millis, task));
        tick();
    }

    private void tick() {
        if (!ticking) {
            ticking = true;
            loop.schedule(this::expire, TICK_MILLIS);
        }
    }

    private void expire() {
        ticking = false;
        long now = clock.millis();
        List<Runnable> due = new ArrayList<>();
        for (@Nullable Timer next = timers.peek(); next != null && next.deadline() <= now; next = timers.peek()) {
            timers.poll();
            due.add(next.task());
        }
        due.forEach(Runnable::run);
        if (!timers.isEmpty()) {
            tick();
        }
    }
}
