package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * A struct of the kernel's interface: names and sizes of its fields in order, without gaps. For calls that are made now
 * and then; what is read for every frame has constants.
 *
 * @param layout fields in order
 */
record CStruct(StructLayout layout) {

    /** A struct of fields made by {@link #u32}, {@link #u64} and {@link #bytes}. */
    static CStruct of(MemoryLayout... fields) {
        return new CStruct(MemoryLayout.structLayout(fields));
    }

    static MemoryLayout u32(String name) {
        return JAVA_INT.withName(name);
    }

    static MemoryLayout u64(String name) {
        return JAVA_LONG.withName(name);
    }

    static MemoryLayout bytes(String name, long count) {
        return MemoryLayout.sequenceLayout(count, ValueLayout.JAVA_BYTE).withName(name);
    }

    /** A zeroed one. */
    MemorySegment allocate(Arena arena) {
        return arena.allocate(layout.byteSize(), Long.BYTES);
    }

    void set(MemorySegment struct, String field, int value) {
        struct.set(JAVA_INT, offset(field), value);
    }

    void set(MemorySegment struct, String field, long value) {
        struct.set(JAVA_LONG, offset(field), value);
    }

    void set(MemorySegment struct, String field, MemorySegment pointer) {
        struct.set(JAVA_LONG, offset(field), pointer.address());
    }

    int get(MemorySegment struct, String field) {
        return struct.get(JAVA_INT, offset(field));
    }

    long offset(String field) {
        return layout.byteOffset(MemoryLayout.PathElement.groupElement(field));
    }
}
