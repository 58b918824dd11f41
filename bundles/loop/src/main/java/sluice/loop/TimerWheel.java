package sluice.loop;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Timers by the million: schedule and cancel in constant time, expiry in order of deadlines.
 *
 * <p>A timer is a {@code long} payload that is handed out when its deadline comes; its handle carries a generation, so
 * that the handle of a timer which expired or was cancelled means nothing any more, even when its place is used again.
 *
 * <p><b>Units.</b> Ticks of one millisecond; any {@code long} is a valid time. Timers of one deadline expire in no
 * promised order. {@link #NEVER} is the deadline of what only a cancel ends.
 *
 * <p><b>Clocks.</b> The wheel has a time of its own, which follows {@code now} and never goes back: a clock that stands
 * still or goes back expires nothing more, one that leaps by years costs no more than one that ticks. A deadline in the
 * past is due at once.
 *
 * <p><b>Memory.</b> 32 bytes per timer in pages of 128 KiB that are allocated when needed and kept: 32 MB for a
 * million.
 *
 * <p><b>Threads.</b> One: nothing here is synchronised. The handler of {@link #expire} may schedule and cancel.
 */
public final class TimerWheel {
    /** A handle that no timer has. */
    public static final long NONE = 0;

    /** The deadline that does not come; what {@link #nextDeadline} says of an empty wheel. */
    public static final long NEVER = Long.MAX_VALUE;

    /*
     * Hierarchical timing wheels: G. Varghese, T. Lauck, "Hashed and Hierarchical Timing Wheels", scheme 7, with the
     * levels bound to the digits of the time itself.
     *
     * Times are read as numbers of eleven digits of six bits (the sign bit inverted, so that unsigned order is the
     * order of times). A timer stands at the level of the highest digit in which its deadline differs from the time of
     * the wheel, in the slot of that digit of its deadline. Hence
     *   - all timers of a level are due before all timers of the next higher one,
     *   - the slots of a level are due in order, and a slot of level 0 is one millisecond,
     *   - the next slot is the first bit in the occupancy of the first level that has any: leaps cost nothing,
     *   - moving the time forward to anything before the next slot leaves every timer where it stands.
     * When the time reaches a slot of a higher level, its timers move down: a timer moves at most ten times, one of
     * a day at most four times. The move is bounded per call and goes on in the next one.
     */
    private static final int DIGIT_BITS = 6;

    private static final int SLOTS = 1 << DIGIT_BITS;
    private static final int LEVELS = (Long.SIZE + DIGIT_BITS - 1) / DIGIT_BITS;
    private static final int MOVES_PER_EXPIRY = 8;
    private static final int NO_SLOT = -1;

    private final TimerSlab slab;
    private final int[] heads = new int[LEVELS * SLOTS];
    private final long[] occupied = new long[LEVELS];

    /** The time of the wheel, sign bit inverted. All that is due before it has expired. */
    private long time;

    /** The slot that is moving down, all of which is due at or after the time of the wheel, or NO_SLOT. */
    private int moving = NO_SLOT;

    /**
     * @param now the time at which the wheel starts, milliseconds
     * @param capacity the most timers armed at one time
     */
    public TimerWheel(long now, int capacity) {
        this.time = flip(now);
        this.slab = new TimerSlab(capacity);
        Arrays.fill(heads, TimerSlab.NIL);
    }

    /**
     * Arms a timer.
     *
     * @param deadline milliseconds, on the clock of {@link #expire}
     * @param payload what the handler gets
     * @return the handle, never {@link #NONE}
     * @throws IllegalStateException if as many timers are armed as the capacity allows
     */
    public long schedule(long deadline, long payload) {
        int timer = slab.allocate(deadline, payload);
        place(timer);
        return slab.handle(timer);
    }

    /**
     * Disarms a timer.
     *
     * @return whether it was armed; false for {@link #NONE} and for the handle of a timer that expired or was cancelled
     */
    public boolean cancel(long handle) {
        int timer = slab.find(handle);
        if (timer == TimerSlab.NIL) {
            return false;
        }
        unlink(timer);
        slab.free(timer);
        return true;
    }

    /** When the timer is due, milliseconds, or {@link #NEVER} if this handle has no armed timer. */
    public long deadline(long handle) {
        int timer = slab.find(handle);
        return timer == TimerSlab.NIL ? NEVER : slab.deadline(timer);
    }

    /**
     * Hands out the payloads of due timers, in order of deadlines.
     *
     * <p>A call does a bounded amount of work and the next one goes on where it stopped; {@link #nextDeadline} is not
     * after {@code now} as long as something is left. What the handler throws goes to the caller; that timer is gone,
     * the others wait for the next call.
     *
     * @param now milliseconds
     * @param max the most timers to expire
     * @return how many expired
     */
    public int expire(long now, int max, LongConsumer handler) {
        long target = later(flip(now), time);
        long moves = (long) MOVES_PER_EXPIRY * max;
        int expired = 0;
        while (expired < max) {
            if (moving != NO_SLOT) {
                moves = moveDown(moves);
                if (moving != NO_SLOT) {
                    return expired;
                }
            }
            int level = firstLevel();
            long due = level < LEVELS ? slotTime(level) : -1L;
            if (level == LEVELS || Long.compareUnsigned(due, target) > 0) {
                time = target;
                return expired;
            }
            time = later(due, time);
            int slot = level * SLOTS + firstSlot(level);
            if (level > 0) {
                moving = slot;
            } else {
                int timer = heads[slot];
                long payload = slab.payload(timer);
                unlink(timer);
                slab.free(timer);
                expired++;
                handler.accept(payload);
            }
        }
        return expired;
    }

    /**
     * The time until which {@link #expire} has nothing to do, milliseconds: never after the next deadline, exact if
     * that is less than 64 ms ahead, otherwise perhaps earlier; {@link #NEVER} if no timer is armed.
     */
    public long nextDeadline() {
        if (moving != NO_SLOT && heads[moving] != TimerSlab.NIL) {
            return flip(time);
        }
        int level = firstLevel();
        return level == LEVELS ? NEVER : flip(slotTime(level));
    }

    /** How many timers are armed. */
    public int armed() {
        return slab.used();
    }

    /** The most timers that can be armed. */
    public int capacity() {
        return slab.capacity();
    }

    /** The memory of the wheel, bytes, without object headers. */
    long bytes() {
        return slab.bytes() + (long) heads.length * Integer.BYTES + (long) occupied.length * Long.BYTES;
    }

    /** Moves timers of the moving slot to the levels below; what is left of the allowed moves. */
    private long moveDown(long moves) {
        long left = moves;
        int timer = heads[moving];
        while (timer != TimerSlab.NIL && left > 0) {
            unlink(timer);
            place(timer);
            left--;
            timer = heads[moving];
        }
        if (timer == TimerSlab.NIL) {
            moving = NO_SLOT;
        }
        return left;
    }

    private void place(int timer) {
        long due = later(flip(slab.deadline(timer)), time);
        int level = (Long.SIZE - 1 - Long.numberOfLeadingZeros((due ^ time) | 1)) / DIGIT_BITS;
        int digit = digit(due, level);
        int slot = level * SLOTS + digit;
        int next = heads[slot];
        slab.link(timer, slot, next);
        heads[slot] = timer;
        occupied[level] |= 1L << digit;
    }

    private void unlink(int timer) {
        int slot = slab.slot(timer);
        if (heads[slot] == timer) {
            int next = slab.next(timer);
            heads[slot] = next;
            if (next == TimerSlab.NIL) {
                occupied[slot / SLOTS] &= ~(1L << (slot % SLOTS));
            }
        }
        slab.unlink(timer);
    }

    /** The lowest level that has timers, or LEVELS. */
    private int firstLevel() {
        int level = 0;
        while (level < LEVELS && occupied[level] == 0) {
            level++;
        }
        return level;
    }

    private int firstSlot(int level) {
        return Long.numberOfTrailingZeros(occupied[level]);
    }

    /** When the first occupied slot of the level begins, sign bit inverted. */
    private long slotTime(int level) {
        int shift = level * DIGIT_BITS;
        long above = level == LEVELS - 1 ? 0 : (time >>> (shift + DIGIT_BITS)) << (shift + DIGIT_BITS);
        return above | ((long) firstSlot(level) << shift);
    }

    private static int digit(long time, int level) {
        return (int) (time >>> (level * DIGIT_BITS)) & (SLOTS - 1);
    }

    private static long flip(long time) {
        return time ^ Long.MIN_VALUE;
    }

    private static long later(long a, long b) {
        return Long.compareUnsigned(a, b) > 0 ? a : b;
    }
}
