package sluice.dataplane.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * A netlink socket (netlink(7)) in the network namespace of the thread that opened it. The kernel does what it is asked
 * before the call returns, so nothing is ever waited for. Safe for any thread.
 */
final class NetlinkSocket implements AutoCloseable {

    static final int ROUTE = 0;
    static final int NETFILTER = 12;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC_NONBLOCK = 3 | 0x80000 | 0x800;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SEND_BYTES = 4 << 20;
    private static final int RECEIVE_BYTES = 1 << 16;
    private static final int ERROR = 2;
    private static final int DONE = 3;

    private final String name;
    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment incoming = arena.allocate(RECEIVE_BYTES, Long.BYTES);

    /**
     * Opens it.
     *
     * @param name for error messages
     * @param protocol {@link #ROUTE} or {@link #NETFILTER}
     */
    NetlinkSocket(String name, int protocol) throws KernelException {
        this.name = name;
        fd = Libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC_NONBLOCK, protocol);
        Libc.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BYTES);
    }

    /**
     * Has the kernel do what is asked.
     *
     * @throws KernelException with the first refusal
     */
    void execute(NetlinkWriter request) throws KernelException {
        ask(request, message -> {});
    }

    /**
     * Asks and hands over the messages of the answer, each from behind its header.
     *
     * @throws KernelException with the first refusal
     */
    void ask(NetlinkWriter request, Consumer<ByteBuffer> answer) throws KernelException {
        askAll(request, 0, answer);
    }

    /**
     * Asks many things at once and hands over the messages of the answers, each from behind its header.
     *
     * @param harmless error number of what is not there and not missed
     * @throws KernelException with the first other refusal
     */
    synchronized void askAll(NetlinkWriter request, int harmless, Consumer<ByteBuffer> answer) throws KernelException {
        try (Arena outgoing = Arena.ofConfined()) {
            MemorySegment bytes = outgoing.allocate(request.length());
            bytes.copyFrom(MemorySegment.ofBuffer(request.written()));
            Libc.write(fd, bytes);
        }
        int refusal = 0;
        boolean answered = false;
        while (!answered) {
            ByteBuffer datagram = receive();
            if (!datagram.hasRemaining()) {
                break;
            }
            while (datagram.remaining() >= NetlinkWriter.HEADER_BYTES) {
                int start = datagram.position();
                int length = datagram.getInt(start);
                int type = datagram.getShort(start + 4) & 0xffff;
                int sequence = datagram.getInt(start + 8);
                ByteBuffer content = datagram.slice(
                                start + NetlinkWriter.HEADER_BYTES, length - NetlinkWriter.HEADER_BYTES)
                        .order(ByteOrder.nativeOrder());
                datagram.position(Math.min(datagram.limit(), start + (length + 3 & -4)));
                if (type == ERROR) {
                    int errno = -content.getInt(0);
                    refusal = refusal == 0 && errno != harmless ? errno : refusal;
                    answered |= sequence == request.answered();
                } else if (type == DONE) {
                    answered = true;
                } else {
                    answer.accept(content);
                }
            }
        }
        if (refusal != 0) {
            throw new KernelException(name, refusal);
        }
        if (!answered) {
            throw new KernelException(name + ": no answer", KernelException.EAGAIN);
        }
    }

    /** The next datagram, empty when there is none. */
    private ByteBuffer receive() throws KernelException {
        try {
            int length = (int) Libc.read(fd, incoming);
            return incoming.asSlice(0, length).asByteBuffer().order(ByteOrder.nativeOrder());
        } catch (KernelException refusal) {
            if (refusal.errno() == KernelException.EAGAIN) {
                return ByteBuffer.allocate(0);
            }
            throw refusal;
        }
    }

    @Override
    public synchronized void close() throws KernelException {
        Libc.close(fd);
        arena.close();
    }
}
