package sluice.packet.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sluice.net.MacAddress;

/**
 * A network interface as it was when it was looked up, in the network namespace of the thread.
 *
 * @param mtu bytes of IP
 * @param up whether it is switched on
 * @param queues receive queues, at least 1
 */
public record NetworkDevice(String name, int ifindex, MacAddress mac, int mtu, boolean up, int queues) {

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final long SIOCGIFNAME = 0x8910;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final long SIOCETHTOOL = 0x8946;
    private static final int ETHTOOL_GCHANNELS = 0x3c;
    private static final int ETHTOOL_SGRO = 0x2c;
    private static final int IFF_UP = 1;

    /** struct ifreq: name 16 | what is asked for 24. */
    private static final int IFREQ_BYTES = 40;

    static final int IFREQ_VALUE_AT = 16;
    private static final int NAME_MAX = 15;

    /** struct ethtool_channels: cmd | max rx, tx, other, combined | rx, tx, other, combined; u32 each. */
    private static final int CHANNELS_BYTES = 36;

    private static final int CHANNELS_RX_AT = 20;
    private static final int CHANNELS_COMBINED_AT = 32;

    /**
     * The interface with a name.
     *
     * @throws KernelException if there is none
     */
    public static NetworkDevice of(String name) throws KernelException {
        int ifindex = Libc.ifNameToIndex(name);
        int socket = Libc.socket(AF_INET, SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = request(arena, name);
            Libc.ioctl(socket, SIOCGIFHWADDR, request);
            long mac = 0;
            for (int i = 0; i < MacAddress.LENGTH; i++) {
                mac = mac << 8 | request.get(JAVA_BYTE, IFREQ_VALUE_AT + 2L + i) & 0xff;
            }
            Libc.ioctl(socket, SIOCGIFMTU, request);
            int mtu = request.get(JAVA_INT, IFREQ_VALUE_AT);
            Libc.ioctl(socket, SIOCGIFFLAGS, request);
            boolean up = (request.get(JAVA_SHORT, IFREQ_VALUE_AT) & IFF_UP) != 0;
            return new NetworkDevice(name, ifindex, new MacAddress(mac), mtu, up, queues(socket, request, arena));
        } finally {
            Libc.close(socket);
        }
    }

    /** What the interface with an index is called now; empty when there is none. */
    public static Optional<String> nameOf(int ifindex) throws KernelException {
        int socket = Libc.socket(AF_INET, SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = request(arena, "");
            request.set(JAVA_INT, IFREQ_VALUE_AT, ifindex);
            Libc.ioctl(socket, SIOCGIFNAME, request);
            return Optional.of(request.getString(0));
        } catch (KernelException refusal) {
            if (refusal.errno() != KernelException.ENODEV) {
                throw refusal;
            }
            return Optional.empty();
        } finally {
            Libc.close(socket);
        }
    }

    /**
     * Switches off that received packets are merged (generic receive offload): whoever counts and polices packets wants
     * them as they came.
     */
    public void keepFramesApart() throws KernelException {
        int socket = Libc.socket(AF_INET, SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = request(arena, name);
            MemorySegment value = arena.allocate(Long.BYTES, Long.BYTES);
            value.set(JAVA_INT, 0, ETHTOOL_SGRO);
            request.set(JAVA_LONG, IFREQ_VALUE_AT, value.address());
            Libc.ioctl(socket, SIOCETHTOOL, request);
        } finally {
            Libc.close(socket);
        }
    }

    /** struct ifreq of an interface. */
    static MemorySegment request(Arena arena, String name) {
        MemorySegment request = arena.allocate(IFREQ_BYTES, Long.BYTES);
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, request, JAVA_BYTE, 0, Math.min(bytes.length, NAME_MAX));
        return request;
    }

    /** Virtual devices that cannot tell have one queue. */
    private static int queues(int socket, MemorySegment request, Arena arena) {
        MemorySegment channels = arena.allocate(CHANNELS_BYTES, Long.BYTES);
        channels.set(JAVA_INT, 0, ETHTOOL_GCHANNELS);
        request.set(JAVA_LONG, IFREQ_VALUE_AT, channels.address());
        try {
            Libc.ioctl(socket, SIOCETHTOOL, request);
        } catch (KernelException unsupported) {
            return 1;
        }
        int receiving = channels.get(JAVA_INT, CHANNELS_RX_AT);
        return Math.max(1, receiving + channels.get(JAVA_INT, CHANNELS_COMBINED_AT));
    }
}
