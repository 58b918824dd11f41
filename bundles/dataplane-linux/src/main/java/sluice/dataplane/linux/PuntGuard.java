package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;
import sluice.packet.io.Storm;

/**
 * The buckets before the control plane: a frame passes one of its line and then one of its class, each by the generic
 * cell rate algorithm (ITU-T I.371) with a burst of one second of the rate. The line is asked first, so a storm on it
 * spends nothing of what all lines of the class share; classes share nothing. A line that was forgotten comes back with
 * a full bucket, which its class bounds. Safe for any thread; allocates nothing per frame.
 */
final class PuntGuard {

    /** Lines and classes that are remembered: each has a bucket of its own. */
    static final int LINES_MAX = 65536;

    private static final long BURST = 1_000_000_000;

    private final long lineInterval;
    private final long[] intervals = new long[PuntClass.values().length];
    private final long[] times = new long[intervals.length];
    private final long[] overLine = new long[intervals.length];
    private final long[] overClass = new long[intervals.length];
    private final LineTable lines;

    /** @param now of the clock that later frames have, nanoseconds */
    PuntGuard(PuntLimits limits, LineTable lines, long now) {
        this.lines = lines;
        lineInterval = interval(limits.linePerSecond());
        for (PuntClass one : PuntClass.values()) {
            intervals[one.ordinal()] = interval(limits.perSecond(one));
            times[one.ordinal()] = now;
        }
    }

    private static long interval(int perSecond) {
        return perSecond == 0 ? 0 : BURST / perSecond;
    }

    /** Whether the frame may pass; if not, it is counted. */
    synchronized boolean admits(PuntedFrame frame, long now) {
        int kind = frame.kind().ordinal();
        if (lineInterval != 0) {
            int slot = lines.hear(frame.line(), now);
            long next = Math.max(lines.time(slot), now) + lineInterval;
            if (next > now + BURST) {
                lines.countDropped(slot);
                overLine[kind]++;
                return false;
            }
            lines.setTime(slot, next);
        }
        if (intervals[kind] != 0) {
            long next = Math.max(times[kind], now) + intervals[kind];
            if (next > now + BURST) {
                overClass[kind]++;
                return false;
            }
            times[kind] = next;
        }
        return true;
    }

    /** Frames of lines that had their share. */
    synchronized long overLine(PuntClass kind) {
        return overLine[kind.ordinal()];
    }

    /** Frames of lines within their share when all lines had theirs. */
    synchronized long overClass(PuntClass kind) {
        return overClass[kind.ordinal()];
    }

    /** Lines that had frames dropped. */
    synchronized List<Storm> storms() {
        List<Storm> storms = new ArrayList<>();
        lines.forEachSlot(slot -> {
            if (lines.dropped(slot) > 0) {
                storms.add(PuntedFrame.storm(lines.key(slot), lines.dropped(slot)));
            }
        });
        return storms;
    }
}
