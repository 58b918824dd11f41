package sluice.dataplane.xdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The values of a mappable array as memory of ours. Whoever touches it after {@link #close} gets an
 * {@link IllegalStateException}, not another one's memory.
 */
final class MappedMemory implements AutoCloseable {

    private static final long PAGE = 4096;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    private MappedMemory(MemorySegment mapping) {
        memory = Libc.within(arena, mapping);
    }

    static MappedMemory of(BpfMap map) throws KernelException {
        long bytes = map.stride() * map.spec().maxEntries();
        return new MappedMemory(Libc.mmap(map.fd(), 0, (bytes + PAGE - 1) & -PAGE));
    }

    MemorySegment memory() {
        return memory;
    }

    @Override
    public void close() {
        arena.close();
    }
}
