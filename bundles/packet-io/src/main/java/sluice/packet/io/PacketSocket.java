package sluice.packet.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Optional;
import sluice.dataplane.api.FrameSource.FrameHandler;
import sluice.net.Bytes;

/**
 * A packet socket with a TPACKET_V2 ring, for kernels without AF_XDP: what the program leaves to the kernel comes here.
 * The kernel takes the outer tag off; it is put back before the frame is handed over.
 *
 * <pre>
 * struct tpacket2_hdr: status u32 | len u32 | snaplen u32 | mac u16 | net u16 | sec u32 | nsec u32 | tci u16 | tpid u16
 * </pre>
 */
public final class PacketSocket implements PuntSocket {

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int ETH_P_ALL_NET = 0x0300;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_RESERVE = 12;
    private static final int PACKET_QDISC_BYPASS = 20;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int TPACKET_V2 = 1;
    private static final int STATUS_USER = 1;
    private static final int STATUS_VLAN_VALID = 1 << 4;
    private static final int STATUS_TPID_VALID = 1 << 6;

    private static final int SLOT_BYTES = 2048;
    private static final int SLOTS = 4096;
    private static final int TAP_SLOTS = 1024;
    private static final int PACKET_TYPE_AT = 42;
    private static final int PACKET_OUTGOING = 4;
    private static final int BLOCK_BYTES = 1 << 18;
    private static final int LENGTH_AT = 4;
    private static final int CAPTURED_AT = 8;
    private static final int FRAME_AT = 12;
    private static final long NONE = -1;
    private static final int MACS_BYTES = 12;
    private static final int TAG_BYTES = 4;

    private static final ValueLayout.OfShort NET_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle STATUS = JAVA_INT.varHandle();

    private final int fd;
    private final int port;
    private final int slots;
    private final MemorySegment ring;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment outgoing = arena.allocate(SLOT_BYTES);
    private final ByteBuffer outgoingBytes = outgoing.asByteBuffer();
    private int slot;
    private long lost;

    /** Takes every frame. */
    public PacketSocket(NetworkDevice device, int port) throws KernelException {
        this(device, port, Optional.empty(), SLOTS);
    }

    /** Takes the frames that pass the filter. */
    public PacketSocket(NetworkDevice device, int port, PacketFilter filter) throws KernelException {
        this(device, port, Optional.of(filter), SLOTS);
    }

    /**
     * Shows the frames that pass the filter, those that leave the device too, and is polled with {@link #watch}. Its
     * ring is shorter than that of others.
     */
    public static PacketSocket tap(NetworkDevice device, PacketFilter filter) throws KernelException {
        return new PacketSocket(device, 0, Optional.of(filter), TAP_SLOTS);
    }

    private PacketSocket(NetworkDevice device, int port, Optional<PacketFilter> filter, int slots)
            throws KernelException {
        this.port = port;
        this.slots = slots;
        fd = Libc.socket(AF_PACKET, SOCK_RAW_CLOEXEC, 0);
        try (Arena temporary = Arena.ofConfined()) {
            Libc.setsockopt(fd, SOL_PACKET, PACKET_VERSION, TPACKET_V2);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_RESERVE, TAG_BYTES);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, slots == TAP_SLOTS ? 0 : 1);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, 1);
            if (filter.isPresent()) {
                filter.get().attach(fd);
            }
            int blocks = slots * SLOT_BYTES / BLOCK_BYTES;
            MemorySegment request = temporary.allocateFrom(JAVA_INT, BLOCK_BYTES, blocks, SLOT_BYTES, slots);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, request);
            ring = Libc.mmap(fd, 0, (long) slots * SLOT_BYTES);
            // struct sockaddr_ll: family u16 | protocol be16 | ifindex u32 | 12 more
            MemorySegment address = temporary.allocate(20, Integer.BYTES);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT, 2, (short) ETH_P_ALL_NET);
            address.set(JAVA_INT, 4, device.ifindex());
            Libc.bind(fd, address);
        } catch (KernelException | RuntimeException unusable) {
            arena.close();
            Libc.close(fd);
            throw unusable;
        }
    }

    @Override
    public int descriptor() {
        return fd;
    }

    @Override
    public int poll(FrameHandler handler, int max) {
        int done = 0;
        for (long at = next(); at != NONE && done < max; at = next()) {
            try {
                handler.onFrame(port, ring, frameAt(at), ring.get(JAVA_INT, at + CAPTURED_AT));
            } finally {
                free(at);
            }
            done++;
        }
        return done;
    }

    /** Takes a frame of a tap. */
    @FunctionalInterface
    public interface Watcher {

        /**
         * Looks at the frame where it lies.
         *
         * @param time when the kernel saw it
         * @param leaving whether it left the device; else it came
         * @param memory holds the frame at {@code offset}; valid during this call only
         * @param captured bytes of it that are there
         * @param length bytes of the whole frame
         */
        void onFrame(Instant time, boolean leaving, MemorySegment memory, long offset, int captured, int length);
    }

    /** Hands over the frames that wait in a tap, at most {@code max}; says how many. */
    public int watch(Watcher watcher, int max) {
        int done = 0;
        for (long at = next(); at != NONE && done < max; at = next()) {
            try {
                long nanos = Integer.toUnsignedLong(ring.get(JAVA_INT, at + 20));
                Instant time = Instant.ofEpochSecond(Integer.toUnsignedLong(ring.get(JAVA_INT, at + 16)), nanos);
                boolean leaving = ring.get(JAVA_BYTE, at + PACKET_TYPE_AT) == PACKET_OUTGOING;
                int captured = ring.get(JAVA_INT, at + CAPTURED_AT);
                watcher.onFrame(time, leaving, ring, frameAt(at), captured, ring.get(JAVA_INT, at + LENGTH_AT));
            } finally {
                free(at);
            }
            done++;
        }
        return done;
    }

    /** Where the next frame's header is, its tag put back; {@link #NONE} when none waits. */
    private long next() {
        long at = (long) slot * SLOT_BYTES;
        int status = (int) STATUS.getAcquire(ring, at);
        if ((status & STATUS_USER) == 0) {
            return NONE;
        }
        if ((status & STATUS_VLAN_VALID) != 0) {
            putTagBack(at, (status & STATUS_TPID_VALID) != 0 ? ring.get(JAVA_SHORT, at + 26) : (short) 0x8100);
            STATUS.set(ring, at, STATUS_USER);
        }
        return at;
    }

    private long frameAt(long at) {
        return at + (ring.get(JAVA_SHORT, at + FRAME_AT) & 0xffff);
    }

    private void putTagBack(long at, short tpid) {
        long frame = frameAt(at) - TAG_BYTES;
        for (int i = 0; i < MACS_BYTES; i++) {
            ring.set(JAVA_BYTE, frame + i, ring.get(JAVA_BYTE, frame + TAG_BYTES + i));
        }
        ring.set(NET_SHORT, frame + MACS_BYTES, tpid);
        ring.set(NET_SHORT, frame + MACS_BYTES + 2, ring.get(JAVA_SHORT, at + 24));
        ring.set(JAVA_SHORT, at + FRAME_AT, (short) (frame - at));
        ring.set(JAVA_INT, at + LENGTH_AT, ring.get(JAVA_INT, at + LENGTH_AT) + TAG_BYTES);
        ring.set(JAVA_INT, at + CAPTURED_AT, ring.get(JAVA_INT, at + CAPTURED_AT) + TAG_BYTES);
    }

    /** Gives a slot back to the kernel. */
    private void free(long at) {
        slot = (slot + 1) % slots;
        STATUS.setRelease(ring, at, 0);
    }

    /** The kernel begins at zero after each question: struct tpacket_stats, packets u32 | drops u32. */
    @Override
    public synchronized long lost() throws KernelException {
        try (Arena temporary = Arena.ofConfined()) {
            MemorySegment statistics = temporary.allocate(JAVA_INT, 2);
            Libc.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics);
            lost += Integer.toUnsignedLong(statistics.getAtIndex(JAVA_INT, 1));
            return lost;
        }
    }

    /** Sends at once: this socket is a way out, not a fast one. */
    @Override
    public boolean send(Bytes frame) {
        if (frame.length() > SLOT_BYTES) {
            return false;
        }
        synchronized (outgoing) {
            frame.writeTo(outgoingBytes.rewind());
            try {
                Libc.send(fd, outgoing, frame.length(), Libc.MSG_DONTWAIT);
                return true;
            } catch (KernelException refusal) {
                return false;
            }
        }
    }

    @Override
    public void flush() {
        // nothing waits
    }

    @Override
    public void close() throws KernelException {
        try {
            Libc.munmap(ring);
        } finally {
            arena.close();
            Libc.close(fd);
        }
    }
}
