package sluice.session;

import sluice.net.MacAddress;

/**
 * Keeps one line from taking the control plane for itself: so many frames a second with a burst of twice that, per VLAN
 * pair, or per sender where many may share a VLAN: where there is no C-VLAN. Belongs to one thread.
 *
 * <p>A fixed table of theoretical arrival times (GCRA, the virtual scheduling form of ITU-T I.371); lines that fall on
 * the same place share a limit, which errs on the strict side and needs no memory per line.
 */
final class LineLimiter {

    private static final int PLACES = 1 << 16;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final long[] arrivalNanos = new long[PLACES];
    private final long intervalNanos;
    private final long toleranceNanos;

    LineLimiter(int framesPerSecond, long nowNanos) {
        intervalNanos = 1_000_000_000L / framesPerSecond;
        toleranceNanos = 2_000_000_000L;
        java.util.Arrays.fill(arrivalNanos, nowNanos);
    }

    /** @param line port and VLANs, or anything that stands for where the frame came from */
    boolean admits(long line, long nowNanos) {
        int place = place(line);
        long due = Math.max(arrivalNanos[place], nowNanos);
        if (due - nowNanos > toleranceNanos) {
            return false;
        }
        arrivalNanos[place] = due + intervalNanos;
        return true;
    }

    /** Whose limit a frame counts for: that of its VLAN pair, or of its sender on a VLAN that many may share. */
    static long line(int port, int svlan, int cvlan, MacAddress source) {
        long vlans = (long) port << 24 | (long) svlan << 12 | cvlan;
        return cvlan == 0 ? vlans * MIX ^ source.value() : vlans | 1L << 63;
    }

    private static int place(long line) {
        long mixed = (line ^ line >>> 32) * MIX;
        return (int) (mixed >>> 48);
    }
}
