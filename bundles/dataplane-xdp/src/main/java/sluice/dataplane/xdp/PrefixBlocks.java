package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * IPv6 prefixes of subscribers. Neighbours of one length stand side by side in blocks of 1024, found through a small
 * map; what finds no block has a key of its own in a large one. A provider gives neighbours, so at a million
 * subscribers a packet waits once for the memory of its prefix. One thread at a time.
 *
 * <pre>
 * struct prefix_block, 4096 bytes: 1024 times index of the entry + 1, u32; 0 for nobody
 * </pre>
 */
final class PrefixBlocks implements PrefixStore<Ip6Prefix> {

    static final int BITS = 10;
    static final int PREFIXES = 1 << BITS;
    static final int BLOCK_BYTES = PREFIXES * Integer.BYTES;

    private static final int HALF = 64;
    private static final int BATCH = 1024;
    private static final VarHandle HOLDER = JAVA_INT.varHandle();

    private final BpfMap numbers;
    private final MemorySegment memory;
    private final PrefixMap<Ip6Prefix> alone;
    private final PrefixKind.Ip6Keys kind = new PrefixKind.Ip6Keys();
    private final Map<Block, Integer> known = new HashMap<>();
    private final BitSet used = new BitSet();
    private final int[] held;

    /**
     * Neighbours.
     *
     * @param around what they have in common
     * @param length of each
     */
    private record Block(Ip6Prefix around, int length) {}

    /**
     * Adopts what the maps hold.
     *
     * @param memory the blocks
     * @param numbers where a block is
     * @param alone prefixes that are in no block
     */
    PrefixBlocks(MemorySegment memory, BpfMap numbers, BpfMap alone) throws KernelException {
        this.memory = memory;
        this.numbers = numbers;
        this.alone = new PrefixMap<>(alone, kind);
        this.held = new int[numbers.spec().maxEntries()];
        numbers.forEach(BATCH, (key, value) -> {
            int number = value.get(JAVA_INT, 0);
            known.put(block(kind.read(key)), number);
            used.set(number);
            for (int slot = 0; slot < PREFIXES; slot++) {
                held[number] += holder(number, slot) == 0 ? 0 : 1;
            }
        });
    }

    @Override
    public void forEach(Visitor<Ip6Prefix> visitor) throws KernelException {
        numbers.forEach(BATCH, (key, value) -> {
            Block block = block(kind.read(key));
            for (int slot = 0; slot < PREFIXES; slot++) {
                int holder = holder(value.get(JAVA_INT, 0), slot);
                if (holder != 0) {
                    visitor.visit(prefix(block, slot), holder - 1);
                }
            }
        });
        alone.forEach(visitor);
    }

    @Override
    public void put(Ip6Prefix prefix, int index) throws KernelException {
        OptionalInt number = isBlockable(prefix) ? numberOf(block(prefix)) : OptionalInt.empty();
        if (number.isEmpty()) {
            alone.put(prefix, index);
            return;
        }
        int slot = slot(prefix);
        held[number.getAsInt()] += holder(number.getAsInt(), slot) == 0 ? 1 : 0;
        holder(number.getAsInt(), slot, index + 1);
        alone.remove(prefix); // of a time when there was no block
    }

    @Override
    public void remove(Ip6Prefix prefix) throws KernelException {
        alone.remove(prefix);
        Integer number = isBlockable(prefix) ? known.get(block(prefix)) : null;
        if (number != null && holder(number, slot(prefix)) != 0) {
            holder(number, slot(prefix), 0);
            held[number]--;
        }
    }

    @Override
    public int capacity() {
        return alone.capacity();
    }

    /** Where the block around a prefix is, a new one if it is the first; empty when all blocks are in use. */
    private OptionalInt numberOf(Block block) throws KernelException {
        Integer number = known.get(block);
        if (number != null) {
            return OptionalInt.of(number);
        }
        int free = used.nextClearBit(0);
        if (free >= held.length) {
            reclaim();
            free = used.nextClearBit(0);
        }
        if (free >= held.length) {
            return OptionalInt.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            Bpf.update(numbers.fd(), key(block, arena), arena.allocateFrom(JAVA_INT, free));
        }
        known.put(block, free);
        used.set(free);
        return OptionalInt.of(free);
    }

    /** Gives blocks back that nobody is in; no program looks into one any more when another takes its place. */
    private void reclaim() throws KernelException {
        List<Block> empty = known.keySet().stream()
                .filter(block -> held[known.getOrDefault(block, 0)] == 0)
                .toList();
        try (Arena arena = Arena.ofConfined()) {
            for (Block block : empty) {
                numbers.remove(key(block, arena));
            }
        }
        if (!empty.isEmpty()) {
            Libc.awaitRunningPrograms();
        }
        for (Block block : empty) {
            used.clear(known.getOrDefault(block, 0));
            known.remove(block);
        }
    }

    private MemorySegment key(Block block, Arena arena) {
        MemorySegment key = arena.allocate(kind.keyBytes(), Long.BYTES);
        kind.write(new Ip6Prefix(block.around.network(), block.length), key);
        return key;
    }

    /** Blocks do not reach over the middle of an address. */
    private static boolean isBlockable(Ip6Prefix prefix) {
        int length = prefix.length();
        return length > BITS && (length <= HALF || length > HALF + BITS);
    }

    private static Block block(Ip6Prefix prefix) {
        return new Block(Ip6Prefix.around(prefix.network(), prefix.length() - BITS), prefix.length());
    }

    private static int slot(Ip6Prefix prefix) {
        Ip6 network = prefix.network();
        int length = prefix.length();
        long bits = length <= HALF ? network.high() >>> HALF - length : network.low() >>> 2 * HALF - length;
        return (int) bits & PREFIXES - 1;
    }

    private static Ip6Prefix prefix(Block block, int slot) {
        Ip6 first = block.around.network();
        Ip6 network = block.length <= HALF
                ? new Ip6(first.high() | (long) slot << HALF - block.length, first.low())
                : new Ip6(first.high(), first.low() | (long) slot << 2 * HALF - block.length);
        return new Ip6Prefix(network, block.length);
    }

    private int holder(int number, int slot) {
        return (int) HOLDER.getVolatile(memory, at(number, slot));
    }

    private void holder(int number, int slot, int holder) {
        HOLDER.setVolatile(memory, at(number, slot), holder);
    }

    private static long at(int number, int slot) {
        return (long) number * BLOCK_BYTES + (long) slot * Integer.BYTES;
    }
}
