package sluice.radius.packet;

import java.util.Optional;
import sluice.dataplane.api.Policer;

/**
 * Turns the rates of vendors into policers.
 *
 * <p>A rate without a burst gets one: 80 ms of the rate towards the subscriber, 30 ms from him, never less than 15 kB,
 * which is ten full packets and what TCP begins with (RFC 6928).
 */
enum Rate {
    DOWNLOAD(80),
    UPLOAD(30);

    private static final long BURST_MIN = 15_000;
    private static final long RATE_MAX = 10_000_000_000_000L;

    private final long burstMillis;

    Rate(long burstMillis) {
        this.burstMillis = burstMillis;
    }

    /** A policer without a burst of its own; nothing for a rate of 0, which vendors use for "not limited here". */
    Optional<Policer> policer(long bitsPerSecond) {
        return policer(bitsPerSecond, 0);
    }

    /** A policer with this burst, raised to the least that works. */
    Optional<Policer> policer(long bitsPerSecond, long burstBytes) {
        if (bitsPerSecond <= 0 || bitsPerSecond > RATE_MAX) {
            return Optional.empty();
        }
        long burst = burstBytes > 0 ? burstBytes : bitsPerSecond / 8 * burstMillis / 1000;
        return Optional.of(new Policer(bitsPerSecond, Math.max(burst, BURST_MIN)));
    }
}
