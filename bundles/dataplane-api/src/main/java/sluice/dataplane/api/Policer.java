package sluice.dataplane.api;

/**
 * A rate that the data plane enforces in one direction by dropping what exceeds it.
 *
 * @param bitsPerSecond of IP packets, from their total length; 0 is unlimited
 * @param burstBytes how much may pass at once after an idle time, and on top of it at most what the rate gives in one
 *     tick of the kernel; 0 only with an unlimited rate
 */
public record Policer(long bitsPerSecond, long burstBytes) {

    /** Lets everything pass. */
    public static final Policer UNLIMITED = new Policer(0, 0);

    /** Ten full packets, what TCP begins with (RFC 6928): less would stop a connection before it starts. */
    private static final long BURST_MIN = 15_000;

    private static final long TOWARDS_MILLIS = 80;
    private static final long FROM_MILLIS = 30;

    public Policer {
        if (bitsPerSecond < 0 || burstBytes < 0) {
            throw new IllegalArgumentException("Rate and burst must not be negative");
        }
        if ((bitsPerSecond == 0) != (burstBytes == 0)) {
            throw new IllegalArgumentException(
                    "Rate " + bitsPerSecond + " bit/s with a burst of " + burstBytes + " bytes");
        }
    }

    /**
     * Towards a subscriber, where only a rate is known: the burst is 80 ms of it, at least ten packets. 0: unlimited.
     */
    public static Policer towards(long bitsPerSecond) {
        return ofMillis(bitsPerSecond, TOWARDS_MILLIS);
    }

    /** From a subscriber, where only a rate is known: the burst is 30 ms of it, at least ten packets. 0: unlimited. */
    public static Policer from(long bitsPerSecond) {
        return ofMillis(bitsPerSecond, FROM_MILLIS);
    }

    private static Policer ofMillis(long bitsPerSecond, long millis) {
        return bitsPerSecond == 0
                ? UNLIMITED
                : new Policer(bitsPerSecond, Math.max(bitsPerSecond / 8 * millis / 1000, BURST_MIN));
    }

    public boolean isUnlimited() {
        return bitsPerSecond == 0;
    }
}
