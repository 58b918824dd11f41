package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.BiPredicate;
import sluice.packet.io.KernelException;

/**
 * Where the entry of each PPPoE session is, for frames without an address: a map of the kernel's. What it held when
 * this was made goes on. One thread at a time.
 */
final class PppoeIndex {

    static final int MAGIC_AT = 4;

    private static final int BATCH = 1024;
    private static final int VALUE_BYTES = 8;
    private static final ValueLayout.OfInt NET_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

    private final BpfMap map;
    private int count;

    /**
     * What the map has for a session.
     *
     * @param index of its entry
     * @param magic ours, of LCP
     */
    record Value(int index, int magic) {}

    /** @param valid says of a key and an index whether they belong together; what does not is removed */
    PppoeIndex(BpfMap map, BiPredicate<PppoeKey, Integer> valid) throws KernelException {
        this.map = map;
        map.forEach(BATCH, (key, value) -> {
            PppoeKey found = PppoeKey.read(key);
            if (valid.test(found, value.get(JAVA_INT, 0))) {
                count++;
            } else {
                delete(found);
            }
        });
    }

    boolean isFull() {
        return count >= map.spec().maxEntries();
    }

    Optional<Value> find(PppoeKey key) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(VALUE_BYTES, Integer.BYTES);
            return map.lookup(encoded(key, arena), value)
                    ? Optional.of(new Value(value.get(JAVA_INT, 0), value.get(NET_INT, MAGIC_AT)))
                    : Optional.empty();
        }
    }

    void put(PppoeKey key, Value value) throws KernelException {
        boolean known = find(key).isPresent();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(VALUE_BYTES, Integer.BYTES);
            bytes.set(JAVA_INT, 0, value.index());
            bytes.set(NET_INT, MAGIC_AT, value.magic());
            Bpf.update(map.fd(), encoded(key, arena), bytes);
        }
        count += known ? 0 : 1;
    }

    /** Removes the key if it leads to this entry. */
    void remove(PppoeKey key, int index) throws KernelException {
        if (find(key).filter(value -> value.index() == index).isPresent()) {
            delete(key);
            count--;
        }
    }

    private void delete(PppoeKey key) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            Bpf.delete(map.fd(), encoded(key, arena));
        }
    }

    private static MemorySegment encoded(PppoeKey key, Arena arena) {
        MemorySegment bytes = arena.allocate(PppoeKey.BYTES, Integer.BYTES);
        key.write(bytes);
        return bytes;
    }
}
