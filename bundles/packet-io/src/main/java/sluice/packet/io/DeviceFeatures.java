package sluice.packet.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an interface may do to packets on its own, by the kernel's names of its features (ethtool -k shows some of them
 * under others). In the network namespace of the thread; any thread.
 */
public final class DeviceFeatures {

    /** Tags of 802.1Q and of 802.1ad are taken off received frames and told beside them, where XDP does not look. */
    public static final Set<String> TAG_STRIPPING = Set.of("rx-vlan-hw-parse", "rx-vlan-stag-hw-parse");

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final long SIOCETHTOOL = 0x8946;
    private static final int ETHTOOL_GSTRINGS = 0x1b;
    private static final int ETHTOOL_GSSET_INFO = 0x37;
    private static final int ETHTOOL_GFEATURES = 0x3a;
    private static final int ETHTOOL_SFEATURES = 0x3b;
    private static final int ETH_SS_FEATURES = 4;
    private static final int NAME_BYTES = 32;
    private static final int BLOCK_BITS = 32;

    /** struct ethtool_gfeatures: cmd | count of blocks | blocks: available | requested | active | never changed. */
    private static final int BLOCKS_AT = 8;

    private static final int GET_BLOCK_BYTES = 16;
    private static final int ACTIVE_AT = 8;

    /** struct ethtool_sfeatures: cmd | count of blocks | blocks: valid | requested. */
    private static final int SET_BLOCK_BYTES = 8;

    /** struct ethtool_gstrings: cmd | set | count | names of 32. */
    private static final int NAMES_AT = 12;

    /** struct ethtool_sset_info: cmd | - | mask u64 | count of each set in the mask. */
    private static final int MASK_AT = 8;

    private static final int COUNT_AT = 16;

    private final String device;
    private final Map<String, Integer> bits = new TreeMap<>();
    private final int blocks;

    /** @throws KernelException if there is no such interface */
    public DeviceFeatures(String device) throws KernelException {
        this.device = device;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(COUNT_AT + Integer.BYTES, Long.BYTES);
            info.set(JAVA_LONG, MASK_AT, 1L << ETH_SS_FEATURES);
            call(arena, ETHTOOL_GSSET_INFO, info);
            int count = info.get(JAVA_INT, COUNT_AT);
            MemorySegment names = arena.allocate(NAMES_AT + (long) count * NAME_BYTES, Long.BYTES);
            names.set(JAVA_INT, 4, ETH_SS_FEATURES);
            names.set(JAVA_INT, 8, count);
            call(arena, ETHTOOL_GSTRINGS, names);
            for (int bit = 0; bit < count; bit++) {
                bits.put(names.getString(NAMES_AT + (long) bit * NAME_BYTES, StandardCharsets.US_ASCII), bit);
            }
            blocks = Math.ceilDiv(count, BLOCK_BITS);
        }
    }

    /** Those of some features that are in force. A kernel that does not know a feature does not have it. */
    public Set<String> active(Set<String> asked) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocate(BLOCKS_AT + (long) blocks * GET_BLOCK_BYTES, Long.BYTES);
            all.set(JAVA_INT, 4, blocks);
            call(arena, ETHTOOL_GFEATURES, all);
            Set<String> active = new TreeSet<>();
            for (String name : asked) {
                Integer bit = bits.get(name);
                if (bit != null && (block(all, bit) >>> bit % BLOCK_BITS & 1) != 0) {
                    active.add(name);
                }
            }
            return active;
        }
    }

    private static int block(MemorySegment all, int bit) {
        return all.get(JAVA_INT, BLOCKS_AT + (long) bit / BLOCK_BITS * GET_BLOCK_BYTES + ACTIVE_AT);
    }

    /**
     * Switches those of some features off that are in force. It may interrupt the link for a moment.
     *
     * @return those that the driver did not switch off
     */
    public Set<String> switchOff(Set<String> unwanted) throws KernelException {
        Set<String> active = active(unwanted);
        if (active.isEmpty()) {
            return active;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(BLOCKS_AT + (long) blocks * SET_BLOCK_BYTES, Long.BYTES);
            request.set(JAVA_INT, 4, blocks);
            bits.forEach((name, bit) -> {
                if (active.contains(name)) {
                    long valid = BLOCKS_AT + (long) bit / BLOCK_BITS * SET_BLOCK_BYTES;
                    request.set(JAVA_INT, valid, request.get(JAVA_INT, valid) | 1 << bit % BLOCK_BITS);
                }
            });
            call(arena, ETHTOOL_SFEATURES, request);
        }
        return active(unwanted);
    }

    private void call(Arena arena, int command, MemorySegment argument) throws KernelException {
        int socket = Libc.socket(AF_INET, SOCK_DGRAM, 0);
        try {
            MemorySegment request = NetworkDevice.request(arena, device);
            argument.set(JAVA_INT, 0, command);
            request.set(JAVA_LONG, NetworkDevice.IFREQ_VALUE_AT, argument.address());
            Libc.ioctl(socket, SIOCETHTOOL, request);
        } finally {
            Libc.close(socket);
        }
    }
}
