package sluice.loop;

/**
 * What a {@link Loop} turns: the owner of some state, called only on the thread of its loop.
 *
 * <p>A turn does a bounded amount of work and returns; it never blocks and never sleeps.
 */
@FunctionalInterface
public interface Agent {
    /**
     * Does what is to do, up to a limit of its own.
     *
     * @param now milliseconds on the clock of the loop; never goes back
     * @return how much was done; 0 lets the loop become idle. An agent that has more to do at once returns more than 0
     *     or names a {@link #nextDeadline} that has passed
     */
    int turn(long now);

    /** When to turn next although nobody rings, milliseconds; {@link Long#MAX_VALUE} if only a ring brings work. */
    default long nextDeadline() {
        return Long.MAX_VALUE;
    }

    /** The last call, after the last turn: what still waits is answered here ({@link Inbox#close}). */
    default void end() {}
}
