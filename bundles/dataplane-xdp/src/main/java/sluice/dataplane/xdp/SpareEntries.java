package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

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
 * The entries at the end of the table. Those of addresses outside every network are reached through a map from the
 * address to the index; those without an address, which are for IPv6 alone, belong to a session. What the kernel's map
 * held when this was made goes on. Safe for any thread.
 */
final class SpareEntries {

    private static final int BATCH = 1024;

    private final BpfMap map;
    private final int first;
    private final int count;
    private final Map<Ip4, Integer> indexes = new HashMap<>();
    private final Map<Long, Integer> indexesOfSessions = new HashMap<>();
    private final BitSet used = new BitSet();

    /**
     * @param map from address to index
     * @param first index of the first spare entry
     */
    SpareEntries(BpfMap map, int first, int count) throws KernelException {
        this.map = map;
        this.first = first;
        this.count = count;
        map.forEach(BATCH, (key, value) -> {
            int index = value.get(JAVA_INT, 0);
            indexes.put(new Ip4(Integer.reverseBytes(key.get(JAVA_INT, 0))), index);
            used.set(index - first);
        });
    }

    /** An entry without an address that was found in the table. */
    synchronized void adopt(long session, int index) {
        indexesOfSessions.put(session, index);
        used.set(index - first);
    }

    /** The index of an address, or of a session that has none, if it has one. */
    synchronized OptionalInt find(long session, Ip4 address) {
        Integer index = address.equals(Ip4.ANY) ? indexesOfSessions.get(session) : indexes.get(address);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** The index of an address or session, a free one if it had none. The programs do not know it yet. */
    synchronized int reserve(long session, Ip4 address) throws DataPlaneException {
        OptionalInt known = find(session, address);
        if (known.isPresent()) {
            return known.getAsInt();
        }
        int free = used.nextClearBit(0);
        if (free >= count) {
            throw new DataPlaneException(
                    Reason.CAPACITY_REACHED, "all " + count + " entries for addresses outside the networks are used");
        }
        used.set(free);
        if (address.equals(Ip4.ANY)) {
            indexesOfSessions.put(session, first + free);
        } else {
            indexes.put(address, first + free);
        }
        return first + free;
    }

    /** Shows the programs the way to the reserved entry of an address. */
    synchronized void publish(Ip4 address) throws KernelException {
        Integer index = indexes.get(address);
        if (index != null) {
            map.put(Integer.reverseBytes(address.bits()), index);
        }
    }

    /** Gives the entry of an address or session back. */
    synchronized void release(long session, Ip4 address) throws KernelException {
        OptionalInt index = find(session, address);
        if (index.isEmpty()) {
            return;
        }
        if (address.equals(Ip4.ANY)) {
            indexesOfSessions.remove(session);
        } else {
            map.remove(Integer.reverseBytes(address.bits()));
            indexes.remove(address);
        }
        used.clear(index.getAsInt() - first);
    }

    /** Addresses that have an entry, with its index. */
    synchronized List<Map.Entry<Ip4, Integer>> addresses() {
        return List.copyOf(indexes.entrySet());
    }
}
