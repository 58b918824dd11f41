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
    private static final int BLOCK_BYTES = 1 << 18;
    private static final int MACS_BYTES = 12;
    private static final int TAG_BYTES = 4;

    private static final ValueLayout.OfShort NET_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle STATUS = JAVA_INT.varHandle();

    private final int fd;
    private final int port;
    private final MemorySegment ring;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment outgoing = arena.allocate(SLOT_BYTES);
    private final ByteBuffer outgoingBytes = outgoing.asByteBuffer();
    private int slot;
    private long lost;

    /** Takes every frame. */
    public PacketSocket(NetworkDevice device, int port) throws KernelException {
        this(device, port, Optional.empty());
    }

    /** Takes the frames that pass the filter. */
    public PacketSocket(NetworkDevice device, int port, PacketFilter filter) throws KernelException {
        this(device, port, Optional.of(filter));
    }

    private PacketSocket(NetworkDevice device, int port, Optional<PacketFilter> filter) throws KernelException {
        this.port = port;
        fd = Libc.socket(AF_PACKET, SOCK_RAW_CLOEXEC, 0);
        try (Arena temporary = Arena.ofConfined()) {
            Libc.setsockopt(fd, SOL_PACKET, PACKET_VERSION, TPACKET_V2);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_RESERVE, TAG_BYTES);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, 1);
            if (filter.isPresent()) {
                filter.get().attach(fd);
            }
            int blocks = SLOTS * SLOT_BYTES / BLOCK_BYTES;
            MemorySegment request = temporary.allocateFrom(JAVA_INT, BLOCK_BYTES, blocks, SLOT_BYTES, SLOTS);
            Libc.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, request);
            ring = Libc.mmap(fd, 0, (long) SLOTS * SLOT_BYTES);
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
        while (done < max) {
            long at = (long) slot * SLOT_BYTES;
            int status = (int) STATUS.getAcquire(ring, at);
            if ((status & STATUS_USER) == 0) {
                break;
            }
            slot = (slot + 1) % SLOTS;
            done++;
            try {
                handOver(handler, at, status);
            } finally {
                STATUS.setRelease(ring, at, 0);
            }
        }
        return done;
    }

    private void handOver(FrameHandler handler, long at, int status) {
        int length = ring.get(JAVA_INT, at + 8);
        long frame = at + (ring.get(JAVA_SHORT, at + 12) & 0xffff);
        if ((status & STATUS_VLAN_VALID) != 0) {
            short tpid = (status & STATUS_TPID_VALID) != 0 ? ring.get(JAVA_SHORT, at + 26) : (short) 0x8100;
            for (int i = 0; i < MACS_BYTES; i++) {
                ring.set(JAVA_BYTE, frame - TAG_BYTES + i, ring.get(JAVA_BYTE, frame + i));
            }
            frame -= TAG_BYTES;
            length += TAG_BYTES;
            ring.set(NET_SHORT, frame + MACS_BYTES, tpid);
            ring.set(NET_SHORT, frame + MACS_BYTES + 2, ring.get(JAVA_SHORT, at + 24));
        }
        handler.onFrame(port, ring, frame, length);
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
