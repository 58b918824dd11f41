package sluice.dataplane.xdp;

import sluice.dataplane.api.Policer;

/**
 * A rate as the programs want it (generic cell rate algorithm, ITU-T I.371, A).
 *
 * @param cost time that one byte takes, 1/4096 ns, unsigned; 0 for no limit
 * @param burst how far traffic may run ahead of its rate, microseconds, unsigned
 */
record Limit(int cost, int burst) {

    private static final double COST_OF_ONE_BIT_PER_SECOND = 8e9 * 4096;
    private static final long MAX = 0xffff_ffffL;

    static final Limit NONE = new Limit(0, 0);

    /** Rates below 7.7 kbit/s become that, bursts over 71 minutes become that. */
    static Limit of(Policer policer) {
        if (policer.isUnlimited()) {
            return NONE;
        }
        long cost = Math.round(COST_OF_ONE_BIT_PER_SECOND / policer.bitsPerSecond());
        double burst = Math.ceil(policer.burstBytes() * 8e6 / policer.bitsPerSecond());
        return new Limit((int) Math.clamp(cost, 1, MAX), (int) Math.clamp((long) burst, 1, MAX));
    }

    /** The rate back, as exact as the programs have it. */
    Policer toPolicer() {
        if (cost == 0) {
            return Policer.UNLIMITED;
        }
        double rate = COST_OF_ONE_BIT_PER_SECOND / Integer.toUnsignedLong(cost);
        long bytes = (long) (Integer.toUnsignedLong(burst) * rate / 8e6);
        return new Policer(Math.max(1, Math.round(rate)), Math.max(1, bytes));
    }
}
