package sluice.packet.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Ties a socket of this process to an interface or a VRF (SO_BINDTODEVICE, socket(7)): what it sends leaves there,
 * whatever other routes there are, and it hears only what comes from there. Java has no such option and keeps file
 * descriptors to itself, so the socket is known by its own end. Safe for any thread.
 */
public final class DeviceBinding {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_BINDTODEVICE = 25;
    private static final int NAME_MAX = 15;

    /** struct sockaddr_in6: family 2 | port 2 | flow 4 | address 16 | scope 4. */
    private static final int SOCKADDR_BYTES = 28;

    private static final int PORT_AT = 2;
    private static final int IP6_AT = 8;
    private static final int IP6_BYTES = 16;

    /** struct sockaddr_in: family 2 | port 2 | address 4. */
    private static final int IP4_AT = 4;

    private static final int IP4_BYTES = 4;
    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    /** What a socket carries. */
    public enum Kind {
        STREAM(1),
        DATAGRAM(2);

        private final int type; // the kernel's number

        Kind(int type) {
            this.type = type;
        }
    }

    private DeviceBinding() {}

    /**
     * Ties the socket with this end, which must stay open meanwhile. To be done before it is connected: the way to the
     * peer, and the source address if the machine chooses that, are looked up then.
     *
     * @param local as the bound socket has it, with its port
     * @throws IOException when there is no such interface, or no such socket
     */
    public static void bind(Kind kind, InetSocketAddress local, String device) throws IOException {
        byte[] name = device.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length > NAME_MAX) {
            throw new IOException("interface " + device + ": names have 1 to " + NAME_MAX + " bytes");
        }
        try (Arena arena = Arena.ofConfined()) {
            Libc.setsockopt(
                    descriptor(kind, local, arena), SOL_SOCKET, SO_BINDTODEVICE, arena.allocateFrom(JAVA_BYTE, name));
        } catch (KernelException refusal) {
            throw new IOException("interface " + device + ": " + refusal.getMessage(), refusal);
        }
    }

    /** No two sockets of one kind have the same end, unless they were asked to share it. */
    private static int descriptor(Kind kind, InetSocketAddress local, Arena arena) throws IOException, KernelException {
        MemorySegment type = arena.allocate(JAVA_INT);
        MemorySegment end = arena.allocate(SOCKADDR_BYTES, Long.BYTES);
        List<Integer> found = new ArrayList<>(1);
        for (int fd : descriptors()) {
            if (isSocket(fd, kind, type) && hasEnd(fd, local, end)) {
                found.add(fd);
            }
        }
        if (found.size() != 1) {
            throw new KernelException(
                    "socket " + local, found.isEmpty() ? KernelException.ENOENT : KernelException.ENOTUNIQ);
        }
        return found.getFirst();
    }

    private static int[] descriptors() throws IOException {
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            return all.mapToInt(path -> Integer.parseInt(path.getFileName().toString()))
                    .toArray();
        }
    }

    /** A descriptor that was closed meanwhile is none. */
    private static boolean isSocket(int fd, Kind kind, MemorySegment type) {
        try {
            Libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, type);
            return type.get(JAVA_INT, 0) == kind.type;
        } catch (KernelException none) {
            return false;
        }
    }

    private static boolean hasEnd(int fd, InetSocketAddress local, MemorySegment end) throws IOException {
        try {
            Libc.getsockname(fd, end);
        } catch (KernelException closed) {
            return false;
        }
        return switch (end.get(JAVA_SHORT, 0)) {
            case AF_INET -> isAt(end, IP4_AT, IP4_BYTES, local);
            case AF_INET6 -> isAt(end, IP6_AT, IP6_BYTES, local);
            default -> false;
        };
    }

    private static boolean isAt(MemorySegment end, int at, int bytes, InetSocketAddress local) throws IOException {
        if (Short.toUnsignedInt(end.get(PORT, PORT_AT)) != local.getPort()) {
            return false;
        }
        // An IPv4 address in an IPv6 one comes out as IPv4, as Java shows it.
        InetAddress address = InetAddress.getByAddress(end.asSlice(at, bytes).toArray(JAVA_BYTE));
        return address.isAnyLocalAddress() && local.getAddress().isAnyLocalAddress()
                || Arrays.equals(address.getAddress(), local.getAddress().getAddress());
    }
}
