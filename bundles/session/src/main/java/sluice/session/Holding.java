package sluice.session;

/**
 * How much a shard holds. Without sessions nothing is being set up and no timer of a session is left: what there is
 * then was forgotten.
 *
 * @param sessions those that close are among them
 * @param starting sessions that are being set up, as the limit counts them
 * @param timers of sessions
 * @param chores timers of the shard itself: one for the comparison with the data plane, one for leases that are taken
 *     back, and one while answers to strays wait
 */
record Holding(int sessions, int starting, int timers, int chores) {
    static final Holding NOTHING = new Holding(0, 0, 0, 0);
}
