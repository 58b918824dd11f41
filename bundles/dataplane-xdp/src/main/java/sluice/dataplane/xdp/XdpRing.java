package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * One of the four rings of an AF_XDP socket (kernel documentation, networking/af_xdp.rst): one side produces, the other
 * consumes, positions count up and wrap at 2^32. Elements are the addresses of frames, or descriptors of 16 bytes:
 *
 * <pre>
 * | address u64 | length u32 | options u32 |
 * </pre>
 *
 * One thread at a time.
 */
final class XdpRing {

    static final int ADDRESS_BYTES = 8;
    static final int DESCRIPTOR_BYTES = 16;

    private static final VarHandle POSITION = JAVA_INT.varHandle();

    private final MemorySegment memory;
    private final long producerAt;
    private final long consumerAt;
    private final long elementsAt;
    private final int elementBytes;
    private final int size;

    /** Where this side goes on, published by {@link #produce} or {@link #consume}. */
    private int position;

    /**
     * @param offsets where the kernel has put producer, consumer and elements
     * @param size number of elements, a power of two
     */
    XdpRing(MemorySegment memory, Offsets offsets, int elementBytes, int size) {
        this.memory = memory;
        this.producerAt = offsets.producer();
        this.consumerAt = offsets.consumer();
        this.elementsAt = offsets.elements();
        this.elementBytes = elementBytes;
        this.size = size;
    }

    /** Places in the memory of a ring, bytes. */
    record Offsets(long producer, long consumer, long elements) {}

    /** How many elements wait for this consumer. */
    int waiting() {
        return (int) POSITION.getAcquire(memory, producerAt) - position;
    }

    /** How many elements this producer may still put. */
    int room() {
        return size - outstanding();
    }

    /** How many of this producer's elements the other side has not taken. */
    int outstanding() {
        return position - (int) POSITION.getAcquire(memory, consumerAt);
    }

    long address() {
        return memory.get(JAVA_LONG, element());
    }

    int length() {
        return memory.get(JAVA_INT, element() + 8);
    }

    void put(long address) {
        memory.set(JAVA_LONG, element(), address);
    }

    void put(long address, int length) {
        put(address);
        memory.set(JAVA_INT, element() + 8, length);
        memory.set(JAVA_INT, element() + 12, 0);
    }

    /** Goes to the next element. */
    void advance() {
        position++;
    }

    /** Shows the other side what was put. */
    void produce() {
        POSITION.setRelease(memory, producerAt, position);
    }

    /** Gives the other side back what was read. */
    void consume() {
        POSITION.setRelease(memory, consumerAt, position);
    }

    MemorySegment memory() {
        return memory;
    }

    private long element() {
        return elementsAt + (long) (position & size - 1) * elementBytes;
    }
}
