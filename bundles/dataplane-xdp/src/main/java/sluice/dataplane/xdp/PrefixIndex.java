package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import sluice.packet.io.KernelException;

/**
 * Which entry a prefix of one family belongs to: a map of the kernel's, and here the way back from an entry to its
 * prefixes. What the map held when this was made goes on.
 *
 * <p>Changed by one thread at a time; {@link #of} by any.
 */
final class PrefixIndex<P extends Comparable<P>> {

    private final PrefixStore<P> store;
    private final PrefixKind<P> kind;
    private final Map<Integer, List<P>> ofEntry = new ConcurrentHashMap<>();
    private final NavigableMap<P, Integer> holders = new TreeMap<>();
    private final int[] countOfLength;

    /**
     * Adopts the map.
     *
     * @param installed says of an index whether it is an entry that somebody has; prefixes of others are removed
     */
    PrefixIndex(PrefixStore<P> store, PrefixKind<P> kind, IntPredicate installed) throws KernelException {
        this.store = store;
        this.kind = kind;
        this.countOfLength = new int[kind.most() + 1];
        List<P> lost = new ArrayList<>();
        store.forEach((prefix, index) -> {
            if (installed.test(index)) {
                note(prefix, index);
            } else {
                lost.add(prefix);
            }
        });
        for (P prefix : lost) {
            store.remove(prefix);
        }
    }

    /** The prefixes of an entry. */
    List<P> of(int index) {
        return ofEntry.getOrDefault(index, List.of());
    }

    /** The entry of exactly this prefix. */
    OptionalInt find(P prefix) {
        Integer index = holders.get(prefix);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /**
     * An entry with a prefix that is this one, or lies in it, or around it.
     *
     * @param foreign says of an index whether it is somebody else's; only those are looked for
     */
    OptionalInt overlapping(P prefix, IntPredicate foreign) {
        for (int length = 1; length <= kind.length(prefix); length++) {
            if (countOfLength[length] > 0) {
                OptionalInt around = find(kind.around(prefix, length));
                if (around.isPresent() && foreign.test(around.getAsInt())) {
                    return around;
                }
            }
        }
        for (Map.Entry<P, Integer> next : holders.tailMap(prefix, false).entrySet()) {
            if (!liesIn(next.getKey(), prefix)) {
                break;
            }
            if (foreign.test(next.getValue())) {
                return OptionalInt.of(next.getValue());
            }
        }
        return OptionalInt.empty();
    }

    private boolean liesIn(P inner, P outer) {
        int length = kind.length(outer);
        return kind.length(inner) >= length && kind.around(inner, length).equals(outer);
    }

    /** Whether so many more find no room. */
    boolean isFull(int more) {
        return holders.size() + more > store.capacity();
    }

    /** Lengths that some prefix has. */
    List<Integer> lengths() {
        return IntStream.rangeClosed(1, kind.most())
                .filter(length -> countOfLength[length] > 0)
                .boxed()
                .toList();
    }

    /** Gives an entry these prefixes and no others. A prefix of another entry comes over. */
    void change(int index, List<P> wanted) throws KernelException {
        List<P> before = of(index);
        for (P prefix : wanted) {
            if (!before.contains(prefix)) {
                OptionalInt other = find(prefix);
                store.put(prefix, index);
                if (other.isPresent()) {
                    forget(prefix, other.getAsInt());
                }
                note(prefix, index);
            }
        }
        for (P prefix : before) {
            if (!wanted.contains(prefix)) {
                store.remove(prefix);
                forget(prefix, index);
            }
        }
    }

    /** Moves the prefixes of one entry to another, which keeps those it has. */
    void move(int from, int to) throws KernelException {
        change(to, Stream.concat(of(to).stream(), of(from).stream()).distinct().toList());
    }

    private void note(P prefix, int index) {
        if (holders.put(prefix, index) != null) {
            return; // a trie may show an element twice
        }
        List<P> more = new ArrayList<>(of(index));
        more.add(prefix);
        ofEntry.put(index, List.copyOf(more));
        countOfLength[kind.length(prefix)]++;
    }

    private void forget(P prefix, int index) {
        List<P> fewer = new ArrayList<>(of(index));
        fewer.remove(prefix);
        if (fewer.isEmpty()) {
            ofEntry.remove(index);
        } else {
            ofEntry.put(index, List.copyOf(fewer));
        }
        holders.remove(prefix);
        countOfLength[kind.length(prefix)]--;
    }
}
