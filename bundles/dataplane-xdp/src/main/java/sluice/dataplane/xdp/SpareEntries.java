package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;

/**
 * The entries of addresses outside every network: a map from the address to the index of an entry at the end of the
 * table. What the kernel's map held when this was made goes on. Safe for any thread.
 */
final class SpareEntries {

    private static final int BATCH = 1024;
    private static final int CURSOR_BYTES = 64;

    private final BpfMap map;
    private final int first;
    private final int count;
    private final Map<Ip4, Integer> indexes = new HashMap<>();
    private final BitSet used = new BitSet();

    /**
     * @param map from address to index
     * @param first index of the first spare entry
     */
    SpareEntries(BpfMap map, int first, int count) throws KernelException {
        this.map = map;
        this.first = first;
        this.count = count;
        adopt();
    }

    private void adopt() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate(JAVA_INT, BATCH);
            MemorySegment values = arena.allocate(JAVA_INT, BATCH);
            MemorySegment cursor = arena.allocate(CURSOR_BYTES, Long.BYTES);
            boolean begin = true;
            Bpf.Batch found;
            do {
                found = Bpf.lookupBatch(map.fd(), cursor, begin, keys, values, BATCH);
                for (int i = 0; i < found.count(); i++) {
                    int index = values.getAtIndex(JAVA_INT, i);
                    indexes.put(new Ip4(Integer.reverseBytes(keys.getAtIndex(JAVA_INT, i))), index);
                    used.set(index - first);
                }
                begin = false;
            } while (!found.last());
        }
    }

    /** The index of an address, if it has one. */
    synchronized OptionalInt find(Ip4 address) {
        Integer index = indexes.get(address);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** The index of an address, a free one if it had none. The programs do not know it yet. */
    synchronized int reserve(Ip4 address) throws DataPlaneException {
        Integer known = indexes.get(address);
        if (known != null) {
            return known;
        }
        int free = used.nextClearBit(0);
        if (free >= count) {
            throw new DataPlaneException(
                    Reason.CAPACITY_REACHED, "all " + count + " entries for addresses outside the networks are used");
        }
        used.set(free);
        indexes.put(address, first + free);
        return first + free;
    }

    /** Shows the programs the way to a reserved entry. */
    synchronized void publish(Ip4 address) throws KernelException {
        Integer index = indexes.get(address);
        if (index != null) {
            map.put(Integer.reverseBytes(address.bits()), index);
        }
    }

    /** Gives the entry of an address back. */
    synchronized void release(Ip4 address) throws KernelException {
        Integer index = indexes.get(address);
        if (index != null) {
            map.remove(Integer.reverseBytes(address.bits()));
            indexes.remove(address);
            used.clear(index - first);
        }
    }

    /** Addresses that have an entry. */
    synchronized List<Ip4> addresses() {
        return List.copyOf(indexes.keySet());
    }
}
