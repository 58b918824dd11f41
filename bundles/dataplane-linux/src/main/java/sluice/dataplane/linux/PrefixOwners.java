package sluice.dataplane.linux;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import sluice.net.Ip6Prefix;

/**
 * Whose the addresses are: no two sessions have one in common, be it in prefixes of different lengths. One thread at a
 * time.
 */
final class PrefixOwners {

    private final TreeMap<Ip6Prefix, Integer> owners = new TreeMap<>();

    void put(Ip6Prefix prefix, int number) {
        owners.put(prefix, number);
    }

    void remove(Ip6Prefix prefix, int number) {
        owners.remove(prefix, number);
    }

    /** Who has exactly this prefix. */
    Optional<Integer> of(Ip6Prefix prefix) {
        return Optional.ofNullable(owners.get(prefix));
    }

    /** A prefix that shares addresses with this one and is somebody else's. */
    Optional<Map.Entry<Ip6Prefix, Integer>> overlapping(Ip6Prefix prefix, int number) {
        for (int length = prefix.length(); length > 0; length--) {
            Ip6Prefix around = Ip6Prefix.around(prefix.network(), length);
            Integer owner = owners.get(around);
            if (owner != null && owner != number) {
                return Optional.of(Map.entry(around, owner));
            }
        }
        return owners.tailMap(prefix, true).entrySet().stream()
                .takeWhile(found -> prefix.contains(found.getKey().network()))
                .filter(found -> found.getValue() != number)
                .findFirst();
    }
}
