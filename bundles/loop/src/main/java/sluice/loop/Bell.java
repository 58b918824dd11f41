package sluice.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes one parked thread. A ring is remembered until the next {@link #await}, so none gets lost between the last look
 * for work and the parking.
 *
 * <p>{@link #ring} may be called by any thread and costs one read while the waiter is busy; {@link #await} belongs to
 * one thread.
 */
public final class Bell {
    private static final int QUIET = 0;
    private static final int RUNG = 1;
    private static final int WAITING = 2;

    private static final VarHandle STATE = state();

    private volatile int state = QUIET;
    private volatile Thread waiter = Thread.currentThread();

    /** Wakes the waiter, or lets its next {@link #await} return at once. What the caller wrote before is seen by it. */
    public void ring() {
        // The caller published work, then reads the state; the waiter writes the state, then looks for work. Without
        // full fences both could miss each other (Dekker).
        VarHandle.fullFence();
        if (state != RUNG && (int) STATE.getAndSet(this, RUNG) == WAITING) {
            LockSupport.unpark(waiter);
        }
    }

    /**
     * Parks the calling thread until a ring, an interrupt or the end of the time; returns at once if it rang since the
     * last call. May return for no reason, so the caller looks for work afterwards in any case.
     *
     * @param nanos at most that long; nothing happens if not positive, except that a ring is forgotten
     */
    void await(long nanos) {
        if (nanos > 0 && state == QUIET) {
            waiter = Thread.currentThread();
            if (STATE.compareAndSet(this, QUIET, WAITING)) {
                LockSupport.parkNanos(this, nanos);
            }
        }
        state = QUIET;
        VarHandle.fullFence();
    }

    /** Whether the waiter is parked or about to park. */
    boolean isWaiting() {
        return state == WAITING;
    }

    private static VarHandle state() {
        try {
            return MethodHandles.lookup().findVarHandle(Bell.class, "state", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }
}
