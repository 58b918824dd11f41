package sluice.dataplane.linux;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The lines heard last, each by a number of 64 bits, with two more that belong to it. When there is no room, the line
 * that was silent for the longest time is forgotten. All memory is taken at birth: 40 bytes a line and more for the
 * hash; nothing is allocated later. Not safe for several threads.
 *
 * <p>A hash with chains, and through the same slots a ring in the order of the last hearing, whose last slot is both
 * its beginning and its end.
 */
final class LineTable {

    private static final int NONE = -1;

    private final int capacity;
    private final long seed;
    private final int[] heads;
    private final int[] chain;
    private final int[] earlier;
    private final int[] later;
    private final long[] keys;
    private final long[] times;
    private final long[] dropped;
    private int size;

    /** @param seed what nobody outside knows, lest they choose keys that meet in one chain */
    LineTable(int capacity, long seed) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity + ", expected at least 1");
        }
        this.capacity = capacity;
        this.seed = seed;
        heads = new int[Integer.highestOneBit(capacity) * 2];
        Arrays.fill(heads, NONE);
        chain = new int[capacity];
        earlier = new int[capacity + 1];
        later = new int[capacity + 1];
        earlier[capacity] = capacity;
        later[capacity] = capacity;
        keys = new long[capacity];
        times = new long[capacity];
        dropped = new long[capacity];
    }

    /** The slot of a line, which is heard now; a new one has {@code now} for its time and dropped nothing. */
    int hear(long key, long now) {
        int head = headOf(key);
        for (int slot = heads[head]; slot != NONE; slot = chain[slot]) {
            if (keys[slot] == key) {
                takeOut(slot);
                putLast(slot);
                return slot;
            }
        }
        int slot = size < capacity ? size++ : forget();
        keys[slot] = key;
        times[slot] = now;
        dropped[slot] = 0;
        chain[slot] = heads[head];
        heads[head] = slot;
        putLast(slot);
        return slot;
    }

    /** The end of the mixing of MurmurHash3. */
    private int headOf(long key) {
        long mixed = key ^ seed;
        mixed = (mixed ^ mixed >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return (int) (mixed ^ mixed >>> 33) & heads.length - 1;
    }

    private int forget() {
        int slot = later[capacity];
        takeOut(slot);
        int head = headOf(keys[slot]);
        if (heads[head] == slot) {
            heads[head] = chain[slot];
        } else {
            int before = heads[head];
            while (chain[before] != slot) {
                before = chain[before];
            }
            chain[before] = chain[slot];
        }
        return slot;
    }

    private void takeOut(int slot) {
        later[earlier[slot]] = later[slot];
        earlier[later[slot]] = earlier[slot];
    }

    private void putLast(int slot) {
        earlier[slot] = earlier[capacity];
        later[slot] = capacity;
        later[earlier[slot]] = slot;
        earlier[capacity] = slot;
    }

    long key(int slot) {
        return keys[slot];
    }

    long time(int slot) {
        return times[slot];
    }

    void setTime(int slot, long time) {
        times[slot] = time;
    }

    void countDropped(int slot) {
        dropped[slot]++;
    }

    /** Frames of the line since it was heard first, or again after it was forgotten. */
    long dropped(int slot) {
        return dropped[slot];
    }

    int size() {
        return size;
    }

    void forEachSlot(IntConsumer action) {
        for (int slot = 0; slot < size; slot++) {
            action.accept(slot);
        }
    }
}
