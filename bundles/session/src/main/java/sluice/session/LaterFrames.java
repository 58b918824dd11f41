package sluice.session;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import sluice.dataplane.api.Frame;
import sluice.loop.TimerWheel;

/** Frames that leave later and belong to no session; bounded. Belongs to one shard. */
final class LaterFrames {

    /** As many as wait at once; what is too much is refused. */
    static final int MAX = 8_192;

    private final SessionTimers timers;
    private final Consumer<Frame> sending;
    private final int chore;
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparingLong(Waiting::due));

    /** When the timer fires, monotonic milliseconds. */
    private long armed = Long.MAX_VALUE;

    private long timer = TimerWheel.NONE;

    /** @param due monotonic milliseconds */
    private record Waiting(long due, List<Frame> frames) {}

    LaterFrames(SessionTimers timers, Consumer<Frame> sending) {
        this.timers = timers;
        this.sending = sending;
        chore = timers.chore(this::send);
    }

    /** Takes them, unless too many wait already: false then. */
    boolean add(List<Frame> frames, long due) {
        if (waiting.size() >= MAX) {
            return false;
        }
        waiting.add(new Waiting(due, frames));
        arm(due);
        return true;
    }

    /** One timer for all, for what is due first. */
    private void arm(long due) {
        if (due < armed) {
            timers.disarmChore(timer);
            timer = timers.armChore(chore, due);
            armed = due;
        }
    }

    private void send(long now) {
        Waiting next = waiting.peek();
        while (next != null && next.due() <= now) {
            waiting.remove();
            next.frames().forEach(sending);
            next = waiting.peek();
        }
        armed = Long.MAX_VALUE;
        if (next != null) {
            arm(next.due());
        }
    }
}
