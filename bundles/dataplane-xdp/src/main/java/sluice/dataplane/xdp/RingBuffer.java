package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The reading end of a BPF ring buffer (kernel documentation, bpf/ringbuf.rst), in memory shared with the programs.
 *
 * <pre>
 * page 0: consumer position u64     writable
 * page 1: producer position u64     read only, as all that follows
 * page 2: records, and the same pages once more, so that no record is cut at the end
 *
 * record: busy:1 | discarded:1 | length:30 | offset u32 | length bytes | up to 7 bytes until a multiple of 8
 * </pre>
 *
 * One thread at a time. Whoever reads after {@link #close} gets an {@link IllegalStateException}.
 */
final class RingBuffer implements AutoCloseable {

    private static final long PAGE = 4096;
    private static final int HEADER_BYTES = 8;
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    private static final VarHandle POSITION = JAVA_LONG.varHandle();
    private static final VarHandle LENGTH = JAVA_INT.varHandle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment consumer;
    private final MemorySegment producer;
    private final long mask;

    RingBuffer(BpfMap map) throws KernelException {
        long bytes = map.spec().maxEntries();
        mask = bytes - 1;
        consumer = Libc.within(arena, Libc.mmap(map.fd(), 0, PAGE));
        try {
            MemorySegment records = Libc.mmapReadOnly(map.fd(), PAGE, PAGE + 2 * bytes);
            producer = Libc.within(arena, records).asReadOnly();
        } catch (KernelException refusal) {
            arena.close();
            throw refusal;
        }
    }

    /** Gives up to {@code max} records to the reader, who copies what it keeps; how many there were. */
    int drain(Consumer<MemorySegment> reader, int max) {
        long position = (long) POSITION.getVolatile(consumer, 0L);
        int read = 0;
        while (read < max && position < (long) POSITION.getAcquire(producer, 0L)) {
            long at = PAGE + (position & mask);
            int length = (int) LENGTH.getAcquire(producer, at);
            if ((length & BUSY) != 0) {
                break;
            }
            int bytes = length & ~DISCARDED;
            if ((length & DISCARDED) == 0) {
                reader.accept(producer.asSlice(at + HEADER_BYTES, bytes));
                read++;
            }
            position += HEADER_BYTES + (bytes + 7L & -8L);
            POSITION.setRelease(consumer, 0L, position);
        }
        return read;
    }

    @Override
    public void close() {
        arena.close();
    }
}
