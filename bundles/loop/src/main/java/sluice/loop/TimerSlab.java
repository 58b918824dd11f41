package sluice.loop;

import java.util.Arrays;

/**
 * The memory of a {@link TimerWheel}: records of four longs in pages of primitive arrays, doubly linked into lists.
 *
 * <pre>
 *   0  deadline, milliseconds
 *   1  payload
 *   2  previous (32) | next (32)      indexes of timers, -1 at the ends; next also links the free ones
 *   3  generation (32) | slot (32)    -1 if free
 * </pre>
 */
final class TimerSlab {
    /** The index of no timer. */
    static final int NIL = -1;

    private static final int PAGE_BITS = 12;
    private static final int PAGE_TIMERS = 1 << PAGE_BITS;
    private static final int STRIDE = 4;
    private static final int DEADLINE = 0;
    private static final int PAYLOAD = 1;
    private static final int LINKS = 2;
    private static final int IDENTITY = 3;
    private static final long LOW = 0xFFFF_FFFFL;
    private static final int FREE = -1;

    private final int capacity;
    private long[][] pages = new long[0][];
    private int firstFree = NIL;

    /** How many records were ever used; those from here on are untouched. */
    private int touched;

    private int used;

    TimerSlab(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity + ", expected at least 1");
        }
        this.capacity = capacity;
    }

    int allocate(long deadline, long payload) {
        if (used == capacity) {
            throw new IllegalStateException("all " + capacity + " timers are armed");
        }
        int timer = firstFree;
        if (timer == NIL) {
            timer = touch();
        } else {
            firstFree = next(timer);
        }
        used++;
        long[] page = page(timer);
        int at = at(timer);
        page[at + DEADLINE] = deadline;
        page[at + PAYLOAD] = payload;
        return timer;
    }

    void free(int timer) {
        int generation = generation(timer) + 1;
        setIdentity(timer, generation == 0 ? 1 : generation, FREE);
        setLinks(timer, NIL, firstFree);
        firstFree = timer;
        used--;
    }

    long handle(int timer) {
        return ((long) generation(timer) << Integer.SIZE) | timer;
    }

    /** The armed timer of this handle, or NIL. */
    int find(long handle) {
        int timer = (int) handle;
        boolean armed = timer >= 0
                && timer < touched
                && generation(timer) == (int) (handle >>> Integer.SIZE)
                && slot(timer) != FREE;
        return armed ? timer : NIL;
    }

    long deadline(int timer) {
        return page(timer)[at(timer) + DEADLINE];
    }

    long payload(int timer) {
        return page(timer)[at(timer) + PAYLOAD];
    }

    int next(int timer) {
        return (int) page(timer)[at(timer) + LINKS];
    }

    int slot(int timer) {
        return (int) page(timer)[at(timer) + IDENTITY];
    }

    /** Puts the timer before {@code next}, which is the first of its list or NIL. */
    void link(int timer, int slot, int next) {
        setIdentity(timer, generation(timer), slot);
        setLinks(timer, NIL, next);
        if (next != NIL) {
            setLinks(next, timer, next(next));
        }
    }

    /** Takes the timer out of its list; the head of the list is the caller's. */
    void unlink(int timer) {
        int previous = previous(timer);
        int next = next(timer);
        if (previous != NIL) {
            setLinks(previous, previous(previous), next);
        }
        if (next != NIL) {
            setLinks(next, previous, next(next));
        }
    }

    int used() {
        return used;
    }

    int capacity() {
        return capacity;
    }

    long bytes() {
        long bytes = 0;
        for (long[] page : pages) {
            bytes += (long) page.length * Long.BYTES;
        }
        return bytes;
    }

    private int touch() {
        int timer = touched++;
        if (timer >>> PAGE_BITS == pages.length) {
            pages = Arrays.copyOf(pages, pages.length + 1);
            pages[pages.length - 1] = new long[Math.min(PAGE_TIMERS, capacity - timer) * STRIDE];
        }
        setIdentity(timer, 1, FREE);
        return timer;
    }

    private int previous(int timer) {
        return (int) (page(timer)[at(timer) + LINKS] >>> Integer.SIZE);
    }

    private int generation(int timer) {
        return (int) (page(timer)[at(timer) + IDENTITY] >>> Integer.SIZE);
    }

    private void setLinks(int timer, int previous, int next) {
        page(timer)[at(timer) + LINKS] = ((long) previous << Integer.SIZE) | (next & LOW);
    }

    private void setIdentity(int timer, int generation, int slot) {
        page(timer)[at(timer) + IDENTITY] = ((long) generation << Integer.SIZE) | (slot & LOW);
    }

    private long[] page(int timer) {
        return pages[timer >>> PAGE_BITS];
    }

    private static int at(int timer) {
        return (timer & (PAGE_TIMERS - 1)) * STRIDE;
    }
}
