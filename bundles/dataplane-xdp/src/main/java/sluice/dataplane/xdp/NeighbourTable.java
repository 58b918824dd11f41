package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The kernel's table of IPv6 neighbours, asked through rtnetlink in the network namespace of the thread that made this.
 *
 * <pre>
 * struct nlmsghdr: length u32 | type u16 | flags u16 | sequence u32 | port u32
 * struct ndmsg:    family u8 | - 3 | ifindex u32 | state u16 | flags u8 | type u8
 * struct rtattr:   length u16 | type u16 | value, padded to four bytes
 * </pre>
 */
final class NeighbourTable implements Neighbours {

    private static final Logger LOG = LoggerFactory.getLogger(NeighbourTable.class);

    private static final int AF_INET6 = 10;
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_ROUTE = 0;
    private static final int RTM_NEWNEIGH = 28;
    private static final int RTM_GETNEIGH = 30;
    private static final int NLM_F_REQUEST = 1;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;

    /** Reachable, stale, delayed, probed, permanent: each has an address that was true once. */
    private static final int STATES_WITH_ADDRESS = 0x02 | 0x04 | 0x08 | 0x10 | 0x80;

    private static final int HEADER_BYTES = 28;
    private static final int IFINDEX_AT = 20;
    private static final int STATE_AT = 24;
    private static final int ATTRIBUTE_BYTES = 4;
    private static final int REQUEST_BYTES = HEADER_BYTES + ATTRIBUTE_BYTES + Ip6.LENGTH;
    private static final int REPLY_BYTES = 4096;
    private static final int WAIT_MILLIS = 100;

    private final Ip6 router;
    private final int ifindex;
    private final int fd;

    /** @param ifindex of the core interface */
    NeighbourTable(Ip6 router, int ifindex) throws KernelException {
        this.router = router;
        this.ifindex = ifindex;
        fd = Libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
    }

    @Override
    public Optional<MacAddress> find() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, Integer.BYTES);
            request.set(JAVA_INT, 0, REQUEST_BYTES);
            request.set(JAVA_SHORT, 4, (short) RTM_GETNEIGH);
            request.set(JAVA_SHORT, 6, (short) NLM_F_REQUEST);
            request.set(JAVA_BYTE, 16, (byte) AF_INET6);
            request.set(JAVA_INT, IFINDEX_AT, ifindex);
            request.set(JAVA_SHORT, HEADER_BYTES, (short) (ATTRIBUTE_BYTES + Ip6.LENGTH));
            request.set(JAVA_SHORT, HEADER_BYTES + 2, (short) NDA_DST);
            MemorySegment.copy(
                    router.toBytes().toArray(), 0, request, JAVA_BYTE, HEADER_BYTES + ATTRIBUTE_BYTES, Ip6.LENGTH);
            Libc.send(fd, request, REQUEST_BYTES, 0);
            return answer(arena);
        } catch (KernelException refusal) {
            LOG.debug("neighbour {} cannot be asked for: {}", router, refusal.getMessage());
            return Optional.empty();
        }
    }

    /** The kernel answers before it returns from the call; the wait is for the case that it does not answer at all. */
    private Optional<MacAddress> answer(Arena arena) throws KernelException {
        // struct pollfd: fd u32 | events u16 | revents u16
        MemorySegment waiting = arena.allocate(8, Integer.BYTES);
        waiting.set(JAVA_INT, 0, fd);
        waiting.set(JAVA_SHORT, 4, Libc.POLLIN);
        Libc.poll(waiting, 1, WAIT_MILLIS);
        if (waiting.get(JAVA_SHORT, 6) == 0) {
            return Optional.empty();
        }
        MemorySegment reply = arena.allocate(REPLY_BYTES, Integer.BYTES);
        return macOf(reply.asSlice(0, Libc.read(fd, reply)));
    }

    /** The MAC address in an answer; empty for an error, and for a neighbour that did not answer. */
    static Optional<MacAddress> macOf(MemorySegment reply) {
        long length = reply.byteSize();
        if (length < HEADER_BYTES
                || reply.get(JAVA_SHORT, 4) != RTM_NEWNEIGH
                || (reply.get(JAVA_SHORT, STATE_AT) & STATES_WITH_ADDRESS) == 0) {
            return Optional.empty();
        }
        long at = HEADER_BYTES;
        while (at + ATTRIBUTE_BYTES <= length) {
            int size = reply.get(JAVA_SHORT, at) & 0xffff;
            if (size < ATTRIBUTE_BYTES || at + size > length) {
                return Optional.empty();
            }
            if (reply.get(JAVA_SHORT, at + 2) == NDA_LLADDR && size == ATTRIBUTE_BYTES + MacAddress.LENGTH) {
                MemorySegment mac = reply.asSlice(at + ATTRIBUTE_BYTES, MacAddress.LENGTH);
                return Optional.of(MacAddress.of(Bytes.copyOf(mac.asByteBuffer())));
            }
            at += size + 3 & ~3;
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        try {
            Libc.close(fd);
        } catch (KernelException harmless) {
            LOG.debug("close: {}", harmless.getMessage());
        }
    }
}
