package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import sluice.dataplane.api.FrameSource.FrameHandler;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PuntSocket;

/**
 * An AF_XDP socket in copy mode on one receive queue: whole frames with their tags, in memory shared with the kernel.
 *
 * <p>The first half of the frames travels between fill and receive ring, the second between transmit and completion
 * ring; so the thread that polls and those that send share nothing.
 */
final class XdpSocket implements PuntSocket {

    private static final int AF_XDP = 44;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int SOL_XDP = 283;
    private static final int XDP_MMAP_OFFSETS = 1;
    private static final int XDP_RX_RING = 2;
    private static final int XDP_TX_RING = 3;
    private static final int XDP_UMEM_REG = 4;
    private static final int XDP_UMEM_FILL_RING = 5;
    private static final int XDP_UMEM_COMPLETION_RING = 6;
    private static final int XDP_STATISTICS = 7;
    private static final int XDP_COPY = 1 << 1;
    private static final int XDP_USE_NEED_WAKEUP = 1 << 3;
    private static final long RX_PAGE = 0;
    private static final long TX_PAGE = 0x80000000L;
    private static final long FILL_PAGE = 0x100000000L;
    private static final long COMPLETION_PAGE = 0x180000000L;

    /** Descriptors of the largest ring. */
    static final int RING_MAX = 4096;

    private static final int FRAME_BYTES = 2048;
    private static final int FLUSHED_BY_A_CALL = 32;

    private static final int BINDS_MAX = 200;

    private static final CStruct UMEM = CStruct.of(
            CStruct.u64("addr"),
            CStruct.u64("len"),
            CStruct.u32("chunk_size"),
            CStruct.u32("headroom"),
            CStruct.u32("flags"),
            CStruct.u32("tx_metadata_len"));

    private static final CStruct STATISTICS = CStruct.of(
            CStruct.u64("rx_dropped"),
            CStruct.u64("rx_invalid_descs"),
            CStruct.u64("tx_invalid_descs"),
            CStruct.u64("rx_ring_full"),
            CStruct.u64("rx_fill_ring_empty_descs"),
            CStruct.u64("tx_ring_empty_descs"));

    private final int fd;
    private final int port;
    private final int ring;
    private final List<MemorySegment> mapped = new ArrayList<>();
    private final MemorySegment frames;
    private final ByteBuffer frameBytes;
    private final XdpRing receive;
    private final XdpRing fill;
    private final XdpRing transmit;
    private final XdpRing completion;

    /** Frames that may be sent; guarded by {@code transmit}. */
    private final long[] free;

    private int freeCount;

    /** With the largest rings. */
    XdpSocket(NetworkDevice device, int queue, int port) throws KernelException {
        this(device, queue, port, RING_MAX);
    }

    /**
     * On one queue.
     *
     * @param port number given to whoever takes the frames
     * @param ring descriptors of each ring, a power of two; twice as many frames have room
     */
    XdpSocket(NetworkDevice device, int queue, int port, int ring) throws KernelException {
        this.port = port;
        this.ring = ring;
        this.free = new long[ring];
        fd = Libc.socket(AF_XDP, SOCK_RAW_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            frames = keep(Libc.mmap(-1, 0, 2L * ring * FRAME_BYTES));
            frameBytes = frames.asByteBuffer();
            MemorySegment umem = UMEM.allocate(arena);
            UMEM.set(umem, "addr", frames);
            UMEM.set(umem, "len", frames.byteSize());
            UMEM.set(umem, "chunk_size", FRAME_BYTES);
            Libc.setsockopt(fd, SOL_XDP, XDP_UMEM_REG, umem);
            for (int option : new int[] {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING, XDP_TX_RING}) {
                Libc.setsockopt(fd, SOL_XDP, option, ring);
            }
            MemorySegment offsets = arena.allocate(JAVA_LONG, 16);
            Libc.getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, offsets);
            receive = ring(offsets, 0, XdpRing.DESCRIPTOR_BYTES, RX_PAGE);
            transmit = ring(offsets, 1, XdpRing.DESCRIPTOR_BYTES, TX_PAGE);
            fill = ring(offsets, 2, XdpRing.ADDRESS_BYTES, FILL_PAGE);
            completion = ring(offsets, 3, XdpRing.ADDRESS_BYTES, COMPLETION_PAGE);
            for (int i = 0; i < ring; i++) {
                fill.put((long) i * FRAME_BYTES);
                fill.advance();
                free[freeCount++] = (long) (ring + i) * FRAME_BYTES;
            }
            fill.produce();
            bind(device.ifindex(), queue, arena);
        } catch (KernelException | RuntimeException unusable) {
            close();
            throw unusable;
        }
    }

    /** struct sockaddr_xdp: family u16 | flags u16 | ifindex u32 | queue u32 | shared umem fd u32. */
    private void bind(int ifindex, int queue, Arena arena) throws KernelException {
        MemorySegment address = arena.allocate(16, Integer.BYTES);
        address.set(JAVA_SHORT, 0, (short) AF_XDP);
        address.set(JAVA_SHORT, 2, (short) (XDP_COPY | XDP_USE_NEED_WAKEUP));
        address.set(JAVA_INT, 4, ifindex);
        address.set(JAVA_INT, 8, queue);
        for (int i = 1; ; i++) {
            try {
                Libc.bind(fd, address);
                return;
            } catch (KernelException refusal) {
                if (refusal.errno() != KernelException.EBUSY || i == BINDS_MAX) {
                    throw refusal;
                }
                Libc.awaitRunningPrograms(); // the kernel lets go of a closed socket's queue a little later
            }
        }
    }

    /** The kernel tells the offsets of each ring as producer, consumer, elements and flags. */
    private XdpRing ring(MemorySegment offsets, int index, int elementBytes, long page) throws KernelException {
        XdpRing.Offsets places = new XdpRing.Offsets(
                offsets.getAtIndex(JAVA_LONG, 4L * index),
                offsets.getAtIndex(JAVA_LONG, 4L * index + 1),
                offsets.getAtIndex(JAVA_LONG, 4L * index + 2));
        MemorySegment memory = keep(Libc.mmap(fd, page, places.elements() + (long) ring * elementBytes));
        return new XdpRing(memory, places, elementBytes, ring);
    }

    private MemorySegment keep(MemorySegment memory) {
        mapped.add(memory);
        return memory;
    }

    @Override
    public int descriptor() {
        return fd;
    }

    @Override
    public int poll(FrameHandler handler, int max) {
        int count = Math.min(receive.waiting(), max);
        int done = 0;
        try {
            while (done < count) {
                long address = receive.address();
                int length = receive.length();
                receive.advance();
                done++;
                fill.put(address & -FRAME_BYTES);
                fill.advance();
                handler.onFrame(port, frames, address, length);
            }
        } finally {
            if (done > 0) {
                receive.consume();
                fill.produce();
            }
        }
        return done;
    }

    @Override
    public long lost() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statistics = STATISTICS.allocate(arena);
            Libc.getsockopt(fd, SOL_XDP, XDP_STATISTICS, statistics);
            return statistics.get(JAVA_LONG, STATISTICS.offset("rx_dropped"))
                    + statistics.get(JAVA_LONG, STATISTICS.offset("rx_ring_full"));
        }
    }

    @Override
    public boolean send(Bytes frame) {
        if (frame.length() > FRAME_BYTES) {
            return false;
        }
        synchronized (transmit) {
            reclaim();
            if (freeCount == 0 || transmit.room() == 0) {
                return false;
            }
            long address = free[--freeCount];
            frameBytes.position((int) address);
            frame.writeTo(frameBytes);
            transmit.put(address, frame.length());
            transmit.advance();
            return true;
        }
    }

    @Override
    public void flush() {
        synchronized (transmit) {
            transmit.produce();
            // one call sends 32 frames at most and says EAGAIN while there are more
            for (int i = 0; i < 2 * ring / FLUSHED_BY_A_CALL && transmit.outstanding() > 0; i++) {
                if (!kick()) {
                    break;
                }
            }
            reclaim();
        }
    }

    /** Says whether it may help to call again. */
    private boolean kick() {
        try {
            Libc.send(fd, MemorySegment.NULL, 0, Libc.MSG_DONTWAIT);
            return true;
        } catch (KernelException refusal) {
            return refusal.errno() == KernelException.EAGAIN;
        }
    }

    private void reclaim() {
        int count = completion.waiting();
        for (int i = 0; i < count; i++) {
            free[freeCount++] = completion.address();
            completion.advance();
        }
        if (count > 0) {
            completion.consume();
        }
    }

    @Override
    public void close() throws KernelException {
        synchronized (mapped) {
            try {
                Libc.close(fd);
            } finally {
                for (MemorySegment memory : mapped) {
                    Libc.munmap(memory);
                }
                mapped.clear();
            }
        }
    }
}
