package sluice.session;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * What concerns all sessions, some of them per turn so that a turn stays short; several sweeps take turns. Sessions
 * that come after a sweep began are not looked at. Belongs to one shard.
 */
final class Sweeps {

    /** Sessions looked at per turn. */
    static final int LOOKED_AT_MAX = 256;

    /** Sessions per turn with which something was done. */
    static final int DONE_MAX = 64;

    private final SessionTable table;
    private final Queue<Sweep> going = new ArrayDeque<>();

    /** What is done with each session. */
    interface Look {
        /** Returns whether this took time: the data plane or the store has to do with it. */
        boolean at(Session session, long now);

        /** A few were looked at, in this turn; what is done best for several at once. */
        default void pieceOver(long now) {}
    }

    private static final class Sweep {
        private final long last;
        private final Look look;
        private final Runnable end;
        private long at;

        Sweep(long last, Look look, Runnable end) {
            this.last = last;
            this.look = look;
            this.end = end;
        }
    }

    Sweeps(SessionTable table) {
        this.table = table;
    }

    /** Looks at all there are now, the oldest first; {@code end} runs on the shard when it did. */
    void begin(Look look, Runnable end) {
        going.add(new Sweep(table.newest().orElse(0), look, end));
    }

    /**
     * Looks at some sessions.
     *
     * @param goesOn asked after every few sessions
     * @return how much was done; 0 when no sweep is going
     */
    int turn(long now, BooleanSupplier goesOn) {
        Sweep sweep = going.poll();
        if (sweep == null) {
            return 0;
        }
        int looked = 0;
        int done = 0;
        Optional<Session> next = next(sweep);
        while (next.isPresent()
                && looked < LOOKED_AT_MAX
                && done < DONE_MAX
                && (looked == 0 || looked % TurnBudget.PIECE != 0 || goesOn.getAsBoolean())) {
            Session session = next.get();
            sweep.at = session.id().value();
            looked++;
            if (sweep.look.at(session, now)) {
                done++;
            }
            if (looked % TurnBudget.PIECE == 0) {
                sweep.look.pieceOver(now);
            }
            next = next(sweep);
        }
        sweep.look.pieceOver(now);
        if (next.isPresent()) {
            going.add(sweep);
        } else {
            sweep.end.run();
        }
        return 1 + looked;
    }

    private Optional<Session> next(Sweep sweep) {
        return table.after(sweep.at).filter(session -> session.id().value() <= sweep.last);
    }

    /** No session is looked at any more; who waits for an end gets it. */
    void abandon() {
        while (!going.isEmpty()) {
            going.remove().end.run();
        }
    }
}
