package sluice.session;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import sluice.loop.MonotonicClock;

/**
 * How long a shard may go on before it makes durable what it did and looks again what is most urgent: work is done in
 * small pieces until the time is over, and at least one piece of each kind. While everything is new to the virtual
 * machine, right after a start, one piece takes a hundred times as long as later. Belongs to one shard.
 */
final class TurnBudget {

    static final Duration TIME = Duration.ofMillis(10);
    static final int PIECE = 8;

    private final MonotonicClock clock;
    private long end;

    TurnBudget(MonotonicClock clock) {
        this.clock = clock;
    }

    /** A turn begins. */
    void begin() {
        end = clock.nanos() + TIME.toNanos();
    }

    /** Whether the time is not over. */
    boolean isLeft() {
        return clock.nanos() - end < 0;
    }

    /**
     * Works until nothing is left, enough is done, or the time is over.
     *
     * @param most how much is enough
     * @param work does at most so much and returns how much it did: less when nothing was left
     * @return how much was done
     */
    int spend(int most, IntUnaryOperator work) {
        return spend(most, work, () -> false);
    }

    /**
     * As {@link #spend(int, IntUnaryOperator)}, of work that has to prepare itself in pieces as well.
     *
     * @param isMore whether there is something to do although the work did less than it might
     */
    int spend(int most, IntUnaryOperator work, BooleanSupplier isMore) {
        int done = 0;
        int piece;
        int some;
        do {
            piece = Math.min(PIECE, most - done);
            some = work.applyAsInt(piece);
            done += some;
        } while ((some >= piece || isMore.getAsBoolean()) && done < most && isLeft());
        return done;
    }
}
