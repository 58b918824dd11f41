package sluice.pools;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import sluice.net.Bytes;
import sluice.net.Ip6Prefix;
import sluice.pools.PrefixPool.Span;

/**
 * Who holds which prefix of one pool. Not safe for threads: {@link PrefixPools} guards it.
 *
 * <p>A prefix is held by one session, or free; of the free ones, those that somebody had wait in a line, the one that
 * was free for the longest first. Strangers get what nobody had yet, in the order of the addresses, and then the head
 * of the line: so a prefix comes back to a stranger as late as possible, and its last owner finds it free for as long
 * as possible. Memory is taken by prefixes that somebody has or had, whatever the size of the pool.
 *
 * <p>A prefix that RADIUS names may be longer or shorter than those of the pool. All that it has addresses in common
 * with are covered: nobody gets them while that lasts.
 */
final class PrefixTable {

    /** So many former owners are remembered; then strangers get their prefixes before new ones. */
    private static final int REMEMBERED_MAX = 1 << 18;

    /** A prefix of more than so many of the pool's covers nothing: it is for the data plane to refuse overlaps. */
    private static final int COVERED_MAX = 1 << 16;

    private final PrefixPool pool;
    private final Map<Long, Hold> held = new HashMap<>();
    /** By who holds it; an owner may be here with several sessions. */
    private final Map<Hold, Long> numbers = new HashMap<>();
    /** Free ones that somebody had: number and last owner, empty when he has another since. */
    private final Map<Long, Bytes> line = new LinkedHashMap<>();

    private final Map<Bytes, Long> lastOf = new HashMap<>();
    private final Set<Cover> covers = new HashSet<>();
    /** By how many covers each number is covered. */
    private final Map<Long, Integer> covered = new HashMap<>();

    /** All below it are held, in line, covered or excluded. */
    private long fresh;

    private long taken;

    private record Hold(long session, Bytes owner) {}

    /** A prefix of another length that a session has. */
    private record Cover(long session, Ip6Prefix prefix) {}

    PrefixTable(PrefixPool pool) {
        this.pool = pool;
    }

    PrefixPool pool() {
        return pool;
    }

    /**
     * Takes the best free prefix: the one this owner had last, then one that nobody had, then the longest free. A
     * session that holds one already gets the same one again.
     *
     * @return its number; empty when none is free
     */
    OptionalLong take(long session, Bytes owner) {
        Long own = numbers.get(new Hold(session, owner));
        if (own != null) {
            return OptionalLong.of(own);
        }
        Long last = lastOf.get(owner);
        if (last != null && isFree(last)) {
            return OptionalLong.of(hold(last, session, owner));
        }
        OptionalLong found = line.size() < REMEMBERED_MAX ? fresh() : OptionalLong.empty();
        if (found.isEmpty()) {
            found = longestFree();
        }
        if (found.isEmpty()) {
            found = fresh();
        }
        found.ifPresent(number -> hold(number, session, owner));
        return found;
    }

    /**
     * The session has this prefix, which may be of any length and lie among the exclusions.
     *
     * @return false when another session has it or a part of it
     */
    boolean hold(long session, Bytes owner, Ip6Prefix prefix) {
        Optional<Span> common = coverable(prefix);
        if (common.isEmpty()) {
            return true;
        }
        Span span = common.get();
        for (long number = span.first(); number <= span.last(); number++) {
            Hold hold = held.get(number);
            if (hold != null && hold.session() != session) {
                return false;
            }
        }
        if (!pool.isUnit(prefix)) {
            cover(new Cover(session, prefix), span);
        } else if (!held.containsKey(span.first())) {
            if (covered.containsKey(span.first())) {
                return false;
            }
            hold(span.first(), session, owner);
        }
        return true;
    }

    /** Gives the prefix back; false when the session does not hold it. */
    boolean release(long session, Ip6Prefix prefix) {
        if (covers.remove(new Cover(session, prefix))) {
            coverable(prefix).ifPresent(this::uncover);
            return true;
        }
        if (!pool.isUnit(prefix)) {
            return false;
        }
        long number = pool.number(prefix);
        Hold hold = held.get(number);
        if (hold == null || hold.session() != session) {
            return false;
        }
        held.remove(number);
        numbers.remove(hold, number);
        freed(number, isLast(hold.owner(), number) ? hold.owner() : Bytes.EMPTY);
        return true;
    }

    /** The owner had this prefix when he was here last. */
    void remember(Bytes owner, Ip6Prefix prefix) {
        long number = pool.number(prefix);
        if (!pool.isExcluded(number)) {
            associate(number, owner);
            line.put(number, owner);
        }
    }

    /** Who had the free prefix last; empty when he has another since, or nobody had it. */
    Bytes lastOwner(Ip6Prefix prefix) {
        return line.getOrDefault(pool.number(prefix), Bytes.EMPTY);
    }

    /** Of those that the pool gives out, how many nobody else can get. */
    long taken() {
        return taken;
    }

    private long hold(long number, long session, Bytes owner) {
        Bytes before = line.remove(number);
        if (before != null && isLast(before, number)) {
            lastOf.remove(before);
        }
        occupied(number);
        Hold hold = new Hold(session, owner);
        held.put(number, hold);
        numbers.put(hold, number);
        if (!pool.isExcluded(number)) {
            associate(number, owner);
        }
        return number;
    }

    /** Before it is held or covered. */
    private void occupied(long number) {
        if (isFree(number)) {
            taken++;
        }
    }

    /** After it is not held any more, or not covered. */
    private void freed(long number, Bytes owner) {
        if (isFree(number)) {
            taken--;
            line.put(number, owner);
        }
    }

    private void associate(long number, Bytes owner) {
        Long before = lastOf.put(owner, number);
        if (before != null && before != number && line.containsKey(before)) {
            line.put(before, Bytes.EMPTY);
        }
    }

    private boolean isLast(Bytes owner, long number) {
        Long last = lastOf.get(owner);
        return last != null && last == number;
    }

    private OptionalLong fresh() {
        while (true) {
            fresh = pool.offeredFrom(fresh);
            if (fresh >= pool.total()) {
                return OptionalLong.empty();
            }
            long number = fresh++;
            if (isFree(number) && !line.containsKey(number)) {
                return OptionalLong.of(number);
            }
        }
    }

    private OptionalLong longestFree() {
        for (Iterator<Long> waiting = line.keySet().iterator(); waiting.hasNext(); ) {
            long number = waiting.next();
            if (isFree(number)) {
                return OptionalLong.of(number);
            }
        }
        return OptionalLong.empty();
    }

    private boolean isFree(long number) {
        return !held.containsKey(number) && !covered.containsKey(number) && !pool.isExcluded(number);
    }

    /** What is to be covered of a prefix; empty when it lies elsewhere, or has too much in common with the pool. */
    private Optional<Span> coverable(Ip6Prefix prefix) {
        return pool.common(prefix).filter(span -> span.last() - span.first() < COVERED_MAX);
    }

    private void cover(Cover cover, Span span) {
        if (!covers.add(cover)) {
            return;
        }
        for (long number = span.first(); number <= span.last(); number++) {
            occupied(number);
            covered.merge(number, 1, Integer::sum);
        }
    }

    private void uncover(Span span) {
        for (long number = span.first(); number <= span.last(); number++) {
            if (covered.merge(number, -1, Integer::sum) == 0) {
                covered.remove(number);
                freed(number, Bytes.EMPTY);
            }
        }
    }
}
