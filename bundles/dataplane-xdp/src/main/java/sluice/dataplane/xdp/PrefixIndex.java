package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/**
 * Which entry an IPv6 prefix belongs to: a map of the kernel's, and here the way back from an entry to its prefixes.
 * What the map held when this was made goes on.
 *
 * <pre>
 * struct prefix_key, 20 bytes:  0 | prefix 16 | length u32 |
 * </pre>
 *
 * Changed by one thread at a time; {@link #of} by any.
 */
final class PrefixIndex {

    static final int LENGTH_AT = 16;
    static final int KEY_BYTES = 20;

    private static final int BATCH = 1024;
    private static final int LENGTH_MAX = 128;
    private static final ValueLayout.OfLong NET_LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final BpfMap map;
    private final AtomicReferenceArray<List<Ip6Prefix>> ofEntry;
    private final int[] countOfLength = new int[LENGTH_MAX + 1];
    private int count;

    /**
     * Adopts the map.
     *
     * @param entries how many there are
     * @param installed says of an entry whether somebody has it; prefixes of others are removed
     */
    PrefixIndex(BpfMap map, int entries, IntPredicate installed) throws KernelException {
        this.map = map;
        this.ofEntry = new AtomicReferenceArray<>(entries);
        for (int index = 0; index < entries; index++) {
            ofEntry.setPlain(index, List.of());
        }
        map.forEach(BATCH, (key, value) -> {
            Ip6Prefix prefix = decoded(key);
            int index = value.get(JAVA_INT, 0);
            if (index >= 0 && index < entries && installed.test(index)) {
                note(prefix, index);
            } else {
                delete(prefix);
            }
        });
    }

    /** The prefixes of an entry. */
    List<Ip6Prefix> of(int index) {
        return ofEntry.get(index);
    }

    OptionalInt find(Ip6Prefix prefix) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            return map.lookup(encoded(prefix, arena), value)
                    ? OptionalInt.of(value.get(JAVA_INT, 0))
                    : OptionalInt.empty();
        }
    }

    /** Whether so many more find no room. */
    boolean isFull(int more) {
        return count + more > map.spec().maxEntries();
    }

    /** Lengths that some prefix has. */
    List<Integer> lengths() {
        return IntStream.rangeClosed(1, LENGTH_MAX)
                .filter(length -> countOfLength[length] > 0)
                .boxed()
                .toList();
    }

    /** Gives an entry these prefixes and no others. A prefix of another entry comes over. */
    void change(int index, List<Ip6Prefix> wanted) throws KernelException {
        List<Ip6Prefix> before = of(index);
        for (Ip6Prefix prefix : wanted) {
            if (!before.contains(prefix)) {
                OptionalInt other = find(prefix);
                if (other.isPresent() && other.getAsInt() != index) {
                    forget(prefix, other.getAsInt());
                }
                put(prefix, index);
                if (!of(index).contains(prefix)) {
                    note(prefix, index);
                }
            }
        }
        for (Ip6Prefix prefix : before) {
            if (!wanted.contains(prefix)) {
                delete(prefix);
                forget(prefix, index);
            }
        }
    }

    /** Moves the prefixes of one entry to another. */
    void move(int from, int to) throws KernelException {
        change(to, of(from));
    }

    private void note(Ip6Prefix prefix, int index) {
        List<Ip6Prefix> more = new ArrayList<>(of(index));
        more.add(prefix);
        ofEntry.set(index, List.copyOf(more));
        countOfLength[prefix.length()]++;
        count++;
    }

    private void forget(Ip6Prefix prefix, int index) {
        List<Ip6Prefix> fewer = new ArrayList<>(of(index));
        fewer.remove(prefix);
        ofEntry.set(index, List.copyOf(fewer));
        countOfLength[prefix.length()]--;
        count--;
    }

    private void put(Ip6Prefix prefix, int index) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            Bpf.update(map.fd(), encoded(prefix, arena), arena.allocateFrom(JAVA_INT, index));
        }
    }

    private void delete(Ip6Prefix prefix) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            map.remove(encoded(prefix, arena));
        }
    }

    private static MemorySegment encoded(Ip6Prefix prefix, Arena arena) {
        MemorySegment key = arena.allocate(KEY_BYTES, Long.BYTES);
        key.set(NET_LONG, 0, prefix.network().high());
        key.set(NET_LONG, 8, prefix.network().low());
        key.set(JAVA_INT, LENGTH_AT, prefix.length());
        return key;
    }

    /** What a key of the map stands for. */
    static Ip6Prefix decoded(MemorySegment key) {
        return new Ip6Prefix(new Ip6(key.get(NET_LONG, 0), key.get(NET_LONG, 8)), key.get(JAVA_INT, LENGTH_AT));
    }
}
