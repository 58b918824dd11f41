package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import sluice.packet.io.KernelException;

/** Prefixes of one family in a map of the kernel, each under a key of its own. */
record PrefixMap<P extends Comparable<P>>(BpfMap map, PrefixKind<P> kind) implements PrefixStore<P> {

    private static final int BATCH = 1024;

    @Override
    public void forEach(Visitor<P> visitor) throws KernelException {
        map.forEach(BATCH, (key, value) -> visitor.visit(kind.read(key), value.get(JAVA_INT, 0)));
    }

    @Override
    public void put(P prefix, int index) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            Bpf.update(map.fd(), encoded(prefix, arena), arena.allocateFrom(JAVA_INT, index));
        }
    }

    @Override
    public void remove(P prefix) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            map.remove(encoded(prefix, arena));
        }
    }

    @Override
    public int capacity() {
        return map.spec().maxEntries();
    }

    private MemorySegment encoded(P prefix, Arena arena) {
        MemorySegment key = arena.allocate(kind.keyBytes(), Long.BYTES);
        kind.write(prefix, key);
        return key;
    }
}
