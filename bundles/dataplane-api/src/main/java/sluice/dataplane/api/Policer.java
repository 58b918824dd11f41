package sluice.dataplane.api;

/**
 * A rate that the data plane enforces in one direction by dropping what exceeds it.
 *
 * @param bitsPerSecond of IP packets, from their total length; 0 is unlimited
 * @param burstBytes how much may pass at once after an idle time; 0 only with an unlimited rate
 */
public record Policer(long bitsPerSecond, long burstBytes) {

    /** Lets everything pass. */
    public static final Policer UNLIMITED = new Policer(0, 0);

    public Policer {
        if (bitsPerSecond < 0 || burstBytes < 0) {
            throw new IllegalArgumentException("Rate and burst must not be negative");
        }
        if ((bitsPerSecond == 0) != (burstBytes == 0)) {
            throw new IllegalArgumentException(
                    "Rate " + bitsPerSecond + " bit/s with a burst of " + burstBytes + " bytes");
        }
    }

    public boolean isUnlimited() {
        return bitsPerSecond == 0;
    }
}
