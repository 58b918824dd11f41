package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import sluice.dataplane.api.LeaseTerms;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;

/**
 * What clients that ask alike are told, each once for all of them: a table of the programs.
 *
 * <pre>
 * struct dhcp_profile, 392 bytes
 *   0 | wish u32 | has wish u8 | list length u8 | terms length u16 |
 *   8 | option 55, 64                                              |
 *  72 | encoded options, 320                                       |
 * </pre>
 *
 * A place that becomes free is given to somebody else as late as possible, for a program may still be reading it. Safe
 * for any thread.
 */
final class DhcpProfiles {

    static final int PROFILE_BYTES = 392;
    static final int LIST_AT = 8;
    static final int TERMS_AT = 72;
    static final int LIST_MAX = TERMS_AT - LIST_AT;
    static final int TERMS_MAX = PROFILE_BYTES - TERMS_AT;
    static final int NO_LIST = 255;

    private final BpfMap map;
    private final Map<Profile, Place> places = new HashMap<>();
    private final Map<Integer, Profile> profiles = new HashMap<>();
    private final BitSet used = new BitSet();
    /** How many leases of a predecessor have this place; what stands there is not known. */
    private final Map<Integer, Integer> inherited = new HashMap<>();

    private int next;

    private record Profile(Optional<Long> wish, Optional<Bytes> parameters, Bytes options) {}

    private static final class Place {
        private final int index;
        private int leases;

        Place(int index) {
            this.index = index;
        }
    }

    DhcpProfiles(BpfMap map) {
        this.map = map;
    }

    /** Whether there is room in a profile for such terms. */
    static boolean fits(LeaseTerms terms) {
        return terms.options().length() <= TERMS_MAX
                && terms.parameters().map(Bytes::length).orElse(0) <= LIST_MAX;
    }

    /** The place of these terms, for one lease more; empty when all are taken by others. */
    synchronized OptionalInt acquire(LeaseTerms terms) throws KernelException {
        Profile profile = new Profile(terms.wish(), terms.parameters(), terms.options());
        Place place = places.get(profile);
        if (place == null) {
            OptionalInt free = free();
            if (free.isEmpty()) {
                return free;
            }
            write(free.getAsInt(), profile);
            place = new Place(free.getAsInt());
            used.set(place.index);
            places.put(profile, place);
            profiles.put(place.index, profile);
        }
        place.leases++;
        return OptionalInt.of(place.index);
    }

    /** A lease of a predecessor has this place, which is nobody else's until the last of them goes. */
    synchronized void inherit(int index) {
        used.set(index);
        inherited.merge(index, 1, Integer::sum);
    }

    /** One lease less. */
    synchronized void release(int index) {
        if (inherited.containsKey(index)) {
            Integer left = inherited.computeIfPresent(index, (at, leases) -> leases == 1 ? null : leases - 1);
            used.set(index, left != null);
            return;
        }
        Profile profile = profiles.get(index);
        Place place = profile == null ? null : places.get(profile);
        if (place != null && --place.leases == 0) {
            places.remove(profile);
            profiles.remove(index);
            used.clear(index);
        }
    }

    private OptionalInt free() {
        int count = map.spec().maxEntries();
        int index = used.nextClearBit(next);
        if (index >= count) {
            index = used.nextClearBit(0);
        }
        if (index >= count) {
            return OptionalInt.empty();
        }
        next = index + 1;
        return OptionalInt.of(index);
    }

    private void write(int index, Profile profile) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(PROFILE_BYTES, Long.BYTES);
            value.set(JAVA_INT, 0, (int) (long) profile.wish.orElse(0L));
            value.set(JAVA_BYTE, 4, (byte) (profile.wish.isPresent() ? 1 : 0));
            value.set(JAVA_BYTE, 5, (byte)
                    (int) profile.parameters.map(Bytes::length).orElse(NO_LIST));
            value.set(JAVA_SHORT, 6, (short) profile.options.length());
            LeaseLayout.writeBytes(value, LIST_AT, profile.parameters.orElse(Bytes.EMPTY));
            LeaseLayout.writeBytes(value, TERMS_AT, profile.options);
            Bpf.update(map.fd(), arena.allocateFrom(JAVA_INT, index), value);
        }
    }
}
