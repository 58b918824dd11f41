package sluice.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long things took: counts per range of durations, from which percentiles follow.
 *
 * <p>Ranges are sixteen to the octave, so a percentile is at most 1/16 too high and never too low; the maximum is
 * exact. 7.5 KiB each; recording costs a few nanoseconds and allocates nothing.
 *
 * <p><b>Threads.</b> {@link #record} belongs to one; everything else may be called by any and sees a recent state.
 */
public final class TimeHistogram {
    private static final int SUB_BITS = 4;
    private static final int SUBS = 1 << SUB_BITS;
    private static final int MAX = (Long.SIZE - SUB_BITS) * SUBS;
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int SUM = MAX + 1;

    /** A count per range, then the maximum and the sum. */
    private final long[] cells = new long[MAX + 2];

    /** Counts one duration, nanoseconds; negative ones as 0. */
    public void record(long nanos) {
        long duration = Math.max(0, nanos);
        int range = range(duration);
        CELL.setOpaque(cells, range, cells[range] + 1);
        CELL.setOpaque(cells, SUM, cells[SUM] + duration);
        if (duration > cells[MAX]) {
            CELL.setOpaque(cells, MAX, duration);
        }
    }

    /** How many were recorded. */
    public long count() {
        long count = 0;
        for (int range = 0; range < MAX; range++) {
            count += cell(range);
        }
        return count;
    }

    /** All durations together, nanoseconds; after 292 years it begins below zero. */
    public long sum() {
        return cell(SUM);
    }

    /**
     * How many did not exceed each of these durations, and last how many there were at all: as of one moment, so that
     * no number is smaller than the one before it. Those of the range of a duration count as not longer.
     *
     * @param nanos ascending
     */
    public long[] upTo(long... nanos) {
        long[] counts = new long[nanos.length + 1];
        long seen = 0;
        int next = 0;
        for (int range = 0; range < MAX; range++) {
            seen += cell(range);
            while (next < nanos.length && range(Math.max(0, nanos[next])) == range) {
                counts[next++] = seen;
            }
        }
        counts[nanos.length] = seen;
        return counts;
    }

    /** The longest, nanoseconds; 0 if none was recorded. */
    public long max() {
        return cell(MAX);
    }

    /**
     * The duration that this share of all recorded ones did not exceed, nanoseconds; 0 if none was recorded.
     *
     * @param share 0 to 1: 0.99 for the 99th percentile
     */
    public long percentile(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share " + share + ", expected 0..1");
        }
        long wanted = Math.max(1, (long) Math.ceil(share * count()));
        long seen = 0;
        for (int range = 0; range < MAX; range++) {
            seen += cell(range);
            if (seen >= wanted) {
                return Math.min(last(range), max());
            }
        }
        return max();
    }

    /** How many were longer than this, nanoseconds; those of the same range count as not longer. */
    public long longerThan(long nanos) {
        long longer = 0;
        for (int range = range(Math.max(0, nanos)) + 1; range < MAX; range++) {
            longer += cell(range);
        }
        return longer;
    }

    private long cell(int index) {
        return (long) CELL.getOpaque(cells, index);
    }

    /** Below 16 a range is one number; from there on the highest set bit and the four that follow name the range. */
    private static int range(long duration) {
        int shift = Math.max(0, Long.SIZE - 1 - Long.numberOfLeadingZeros(duration | 1) - SUB_BITS);
        return shift * SUBS + (int) (duration >>> shift);
    }

    /** The longest duration of the range. */
    private static long last(int range) {
        int shift = Math.max(0, range / SUBS - 1);
        long first = (long) (range - shift * SUBS) << shift;
        return first + (1L << shift) - 1;
    }
}
