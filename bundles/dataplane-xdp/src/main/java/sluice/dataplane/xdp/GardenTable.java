package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import sluice.dataplane.api.Allowed;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Garden;
import sluice.net.Bytes;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/**
 * The walled gardens in the kernel: a trie of what is allowed and a hash of the portals. What it finds at birth stays
 * until {@link #write}.
 *
 * <pre>
 * struct allowed_key, 24 bytes: bits u32 | garden be16 | family be16 | address 16
 * struct allowed, 50 bytes:     count u16 | 8 times: first u16 | last u16 | protocol u8 | - 1
 * struct portal, 8 bytes:       address be32 | port be16 | - 2
 * </pre>
 *
 * The trie finds the longest prefix alone, so a prefix has the rules of the shorter ones around it too. Any thread.
 */
final class GardenTable {

    static final int KEY_BYTES = 24;
    static final int GARDEN_AT = 4;
    static final int FAMILY_AT = 6;
    static final int ADDRESS_AT = 8;
    static final int VALUE_BYTES = 50;
    static final int RANGES_AT = 2;
    static final int RANGE_BYTES = 6;
    static final int RANGES_MAX = 8;
    static final int PORTAL_BYTES = 8;

    private static final int KEY_BITS = 32;
    private static final int MAPPED_BITS = 96;
    private static final int MAPPED = 0xffff;
    private static final int BATCH = 1024;
    private static final ValueLayout.OfShort NET_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt NET_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong NET_LONG = JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);

    private final BpfMap allowed;
    private final BpfMap portals;

    /** A prefix of one garden. */
    private record Place(int garden, Ip6Prefix prefix) {

        boolean isIp4() {
            return prefix.length() >= MAPPED_BITS
                    && prefix.network().high() == 0
                    && prefix.network().low() >>> 32 == MAPPED;
        }

        boolean covers(Place other) {
            return garden == other.garden && isIp4() == other.isIp4() && prefix.contains(other.prefix);
        }
    }

    GardenTable(BpfMap allowed, BpfMap portals) {
        this.allowed = allowed;
        this.portals = portals;
    }

    /**
     * Makes these the gardens. What stays allowed is allowed all the time; what is no longer, goes last.
     *
     * @throws DataPlaneException when a prefix has more than eight rules, a map is full, or the kernel refuses
     */
    synchronized void write(List<Garden> gardens) throws DataPlaneException {
        Garden.checkApart(gardens);
        Map<Bytes, Bytes> rules = rules(gardens);
        Map<Bytes, Bytes> servers = new HashMap<>();
        for (Garden garden : gardens) {
            garden.portal().ifPresent(portal -> servers.put(portalKey(garden.id()), portalValue(portal)));
        }
        if (rules.size() > allowed.spec().maxEntries()
                || servers.size() > portals.spec().maxEntries()) {
            throw new DataPlaneException(
                    Reason.CAPACITY_REACHED,
                    rules.size() + " prefixes and " + servers.size() + " portals of gardens, at most "
                            + allowed.spec().maxEntries() + " and "
                            + portals.spec().maxEntries());
        }
        try {
            replace(allowed, rules);
            replace(portals, servers);
        } catch (KernelException refusal) {
            throw new DataPlaneException(Reason.KERNEL, String.valueOf(refusal.getMessage()));
        }
    }

    /** How many prefixes and portals the kernel has. */
    synchronized int size() throws KernelException {
        return keys(allowed).size() + keys(portals).size();
    }

    private static Map<Bytes, Bytes> rules(List<Garden> gardens) throws DataPlaneException {
        Map<Place, List<Allowed>> byPlace = new HashMap<>();
        for (Garden garden : gardens) {
            for (Allowed one : garden.allowed()) {
                byPlace.computeIfAbsent(new Place(garden.id(), one.destination()), place -> new ArrayList<>())
                        .add(one);
            }
        }
        Map<Bytes, Bytes> rules = new HashMap<>();
        for (Place place : byPlace.keySet()) {
            Set<Range> ranges = new LinkedHashSet<>();
            byPlace.forEach((around, more) -> {
                if (around.covers(place)) {
                    more.forEach(one -> ranges.add(new Range(one.protocol(), one.first(), one.last())));
                }
            });
            if (ranges.size() > RANGES_MAX) {
                throw new DataPlaneException(
                        Reason.CAPACITY_REACHED,
                        place.prefix() + " has " + ranges.size() + " rules in one garden, with those of the prefixes"
                                + " around it; at most " + RANGES_MAX);
            }
            rules.put(key(place), value(ranges));
        }
        return rules;
    }

    private record Range(int protocol, int first, int last) {}

    private static Bytes key(Place place) {
        MemorySegment key = zeroed(KEY_BYTES);
        key.set(JAVA_INT, 0, KEY_BITS + place.prefix().length());
        key.set(NET_SHORT, GARDEN_AT, (short) place.garden());
        key.set(NET_SHORT, FAMILY_AT, (short) (place.isIp4() ? 4 : 6));
        key.set(NET_LONG, ADDRESS_AT, place.prefix().network().high());
        key.set(NET_LONG, ADDRESS_AT + Long.BYTES, place.prefix().network().low());
        return bytes(key);
    }

    private static Bytes value(Set<Range> ranges) {
        MemorySegment value = zeroed(VALUE_BYTES);
        value.set(JAVA_SHORT, 0, (short) ranges.size());
        long at = RANGES_AT;
        for (Range range : ranges) {
            value.set(JAVA_SHORT, at, (short) range.first());
            value.set(JAVA_SHORT, at + 2, (short) range.last());
            value.set(JAVA_BYTE, at + 4, (byte) range.protocol());
            at += RANGE_BYTES;
        }
        return bytes(value);
    }

    private static Bytes portalKey(int garden) {
        MemorySegment key = zeroed(Integer.BYTES);
        key.set(JAVA_INT, 0, garden);
        return bytes(key);
    }

    private static Bytes portalValue(Garden.Portal portal) {
        MemorySegment value = zeroed(PORTAL_BYTES);
        value.set(NET_INT, 0, portal.address().bits());
        value.set(NET_SHORT, Integer.BYTES, (short) portal.port());
        return bytes(value);
    }

    private static void replace(BpfMap map, Map<Bytes, Bytes> wanted) throws KernelException {
        List<Bytes> before = keys(map);
        try (Arena arena = Arena.ofConfined()) {
            for (Map.Entry<Bytes, Bytes> entry : wanted.entrySet()) {
                Bpf.update(map.fd(), copy(arena, entry.getKey()), copy(arena, entry.getValue()));
            }
            for (Bytes key : before) {
                if (!wanted.containsKey(key)) {
                    Bpf.delete(map.fd(), copy(arena, key));
                }
            }
        }
    }

    private static List<Bytes> keys(BpfMap map) throws KernelException {
        List<Bytes> found = new ArrayList<>();
        int keySize = map.spec().keySize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate((long) BATCH * keySize, Long.BYTES);
            MemorySegment values = arena.allocate((long) BATCH * map.stride(), Long.BYTES);
            MemorySegment cursor = arena.allocate(KEY_BYTES, Long.BYTES);
            boolean begin = true;
            Bpf.Batch batch;
            do {
                batch = Bpf.lookupBatch(map.fd(), cursor, begin, keys, values, BATCH);
                for (int i = 0; i < batch.count(); i++) {
                    found.add(bytes(keys.asSlice((long) i * keySize, keySize)));
                }
                begin = false;
            } while (!batch.last());
        }
        return found;
    }

    private static MemorySegment zeroed(int bytes) {
        return Arena.ofAuto().allocate(bytes, Long.BYTES);
    }

    private static MemorySegment copy(Arena arena, Bytes bytes) {
        return arena.allocate(bytes.length(), Long.BYTES).copyFrom(MemorySegment.ofArray(bytes.toArray()));
    }

    private static Bytes bytes(MemorySegment memory) {
        return Bytes.copyOf(memory.asByteBuffer());
    }
}
