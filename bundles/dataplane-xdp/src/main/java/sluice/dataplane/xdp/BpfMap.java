package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * A map in the kernel, by an open descriptor. It lives on after {@link #close} if it is pinned or a program uses it.
 *
 * @param spec as it is in the kernel, with its true number of entries
 */
record BpfMap(MapSpec spec, int fd) implements AutoCloseable {

    private static final CStruct INFO = CStruct.of(
            CStruct.u32("type"),
            CStruct.u32("id"),
            CStruct.u32("key_size"),
            CStruct.u32("value_size"),
            CStruct.u32("max_entries"),
            CStruct.u32("map_flags"));

    private static final int CURSOR_BYTES = 64;

    /** A new, empty map. */
    static BpfMap create(MapSpec spec, int btf) throws KernelException {
        return new BpfMap(spec, Bpf.createMap(spec, btf));
    }

    /**
     * The map that is pinned there, whatever its capacity.
     *
     * @throws IllegalStateException if it is not of the wanted type and sizes
     */
    static BpfMap open(Path path, MapSpec wanted) throws KernelException {
        int fd = Bpf.open(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = INFO.allocate(arena);
            Bpf.info(fd, info);
            MapSpec found = new MapSpec(
                    wanted.name(),
                    INFO.get(info, "type"),
                    INFO.get(info, "key_size"),
                    INFO.get(info, "value_size"),
                    INFO.get(info, "max_entries"),
                    INFO.get(info, "map_flags"),
                    wanted.keyType(),
                    wanted.valueType());
            if (!found.equals(wanted.withMaxEntries(found.maxEntries()))) {
                throw new IllegalStateException(path + " is " + found + ", expected " + wanted);
            }
            return new BpfMap(found, fd);
        } catch (KernelException | RuntimeException unusable) {
            Libc.close(fd);
            throw unusable;
        }
    }

    /** Bytes from one element to the next of an array in memory. */
    long stride() {
        return (spec.valueSize() + 7L) & ~7L;
    }

    /** Puts one number under another. */
    void put(int key, int value) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            Bpf.update(fd, arena.allocateFrom(JAVA_INT, key), arena.allocateFrom(JAVA_INT, value));
        }
    }

    /** Sees one element of a map; the segments are valid during the call. */
    @FunctionalInterface
    interface ElementHandler {
        void onElement(MemorySegment key, MemorySegment value) throws KernelException;
    }

    /**
     * Shows every element of a hash. The handler may remove what it sees.
     *
     * @param batch how many are read with one call
     */
    void forEach(int batch, ElementHandler handler) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate((long) batch * spec.keySize(), Long.BYTES);
            MemorySegment values = arena.allocate((long) batch * spec.valueSize(), Long.BYTES);
            MemorySegment cursor = arena.allocate(CURSOR_BYTES, Long.BYTES);
            boolean begin = true;
            Bpf.Batch found;
            do {
                found = Bpf.lookupBatch(fd, cursor, begin, keys, values, batch);
                for (int i = 0; i < found.count(); i++) {
                    handler.onElement(
                            keys.asSlice((long) i * spec.keySize(), spec.keySize()),
                            values.asSlice((long) i * spec.valueSize(), spec.valueSize()));
                }
                begin = false;
            } while (!found.last());
        }
    }

    /** Copies the value of a key. Returns false if there is none. */
    boolean lookup(MemorySegment key, MemorySegment value) throws KernelException {
        return Bpf.find(fd, key, value);
    }

    /** Removes a key; one that is not there does not matter. */
    void remove(int key) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            remove(arena.allocateFrom(JAVA_INT, key));
        }
    }

    /** Removes a key; one that is not there does not matter. */
    void remove(MemorySegment key) throws KernelException {
        try {
            Bpf.delete(fd, key);
        } catch (KernelException refusal) {
            if (refusal.errno() != KernelException.ENOENT) {
                throw refusal;
            }
        }
    }

    @Override
    public void close() throws KernelException {
        Libc.close(fd);
    }
}
