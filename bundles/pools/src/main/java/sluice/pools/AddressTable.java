package sluice.pools;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import sluice.net.Bytes;
import sluice.net.Ip4;

/**
 * Who holds which address of one pool. Not safe for threads: {@link LocalPools} guards it.
 *
 * <p>Every address is in one state: free, held by a session, or in quarantine. Free addresses wait in a queue, the one
 * that was free for the longest first, so that an address comes back to a stranger as late as possible and its last
 * owner finds it free for as long as possible. An address that is taken out of turn (sticky, requested, fixed) leaves
 * its place in the queue behind; the place is skipped when its turn comes.
 */
final class AddressTable {

    private static final long FREE = 0;
    private static final long QUARANTINED = -1;

    private final Pool pool;
    private final int base;
    /** By distance from the network address: session id, FREE or QUARANTINED. */
    private final long[] holders;
    /** Whether the distance waits in the queue of free addresses. */
    private final boolean[] queued;

    private final boolean[] offered;
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final PriorityQueue<Quarantine> quarantine =
            new PriorityQueue<>(Comparator.comparingLong(Quarantine::untilMillis));
    private final Map<Bytes, Integer> lastOf = new HashMap<>();
    /** By distance: who held the address last. */
    private final Bytes[] lastOwner;

    private int size;
    private int held;

    /** An address nobody gets before the time. */
    private record Quarantine(int distance, long untilMillis) {}

    AddressTable(Pool pool) {
        this.pool = pool;
        base = pool.network().prefix().network().bits();
        int total = Math.toIntExact(pool.network().prefix().size());
        holders = new long[total];
        queued = new boolean[total];
        offered = new boolean[total];
        lastOwner = new Bytes[total];
        java.util.Arrays.fill(lastOwner, Bytes.EMPTY);
        for (int distance = 0; distance < total; distance++) {
            if (pool.offers(address(distance))) {
                offered[distance] = true;
                size++;
                enqueue(distance);
            }
        }
    }

    Pool pool() {
        return pool;
    }

    /**
     * Takes the best free address: the one this owner had last, then the one it asks for, then the longest free. A
     * session that holds its owner's address already gets the same one again.
     *
     * @param owner stands for line and device
     * @param now monotonic milliseconds
     * @return empty when none is free
     */
    Optional<Ip4> take(long session, Bytes owner, Optional<Ip4> requested, long now) {
        endQuarantine(now);
        Integer last = lastOf.get(owner);
        if (last != null && holders[last] == session) {
            return Optional.of(address(last));
        }
        if (last != null && isFree(last)) {
            return Optional.of(hold(last, session, owner));
        }
        int wish = requested.map(this::distance).orElse(-1);
        if (wish >= 0 && isFree(wish)) {
            return Optional.of(hold(wish, session, owner));
        }
        while (!free.isEmpty()) {
            int distance = free.remove();
            queued[distance] = false;
            if (isFree(distance)) {
                return Optional.of(hold(distance, session, owner));
            }
        }
        return Optional.empty();
    }

    /**
     * Takes one certain address, also one that the pool does not offer by itself (a static address among the
     * exclusions), but not the gateway's, the network's or the broadcast address.
     *
     * @return whether the session holds it now
     */
    boolean takeFixed(Ip4 address, long session, Bytes owner, long now) {
        endQuarantine(now);
        int distance = distance(address);
        if (distance <= 0
                || distance >= holders.length - 1
                || address.equals(pool.network().gateway())) {
            return false;
        }
        if (holders[distance] == session) {
            return true;
        }
        if (holders[distance] != FREE) {
            return false;
        }
        hold(distance, session, owner);
        return true;
    }

    /** Gives the address back; false when the session does not hold it. */
    boolean release(long session, Ip4 address) {
        int distance = distance(address);
        if (distance < 0 || holders[distance] != session) {
            return false;
        }
        holders[distance] = FREE;
        if (offered[distance]) {
            held--;
            enqueue(distance);
        }
        return true;
    }

    /** Takes the address out of use; false when the session does not hold it. */
    boolean quarantine(long session, Ip4 address, Duration time, long now) {
        int distance = distance(address);
        if (distance < 0 || holders[distance] != session) {
            return false;
        }
        setAside(distance, now + time.toMillis());
        lastOf.remove(lastOwner[distance], distance);
        lastOwner[distance] = Bytes.EMPTY;
        if (offered[distance]) {
            held--;
        }
        return true;
    }

    /** A quarantine that was going on before a restart goes on. */
    void resumeQuarantine(Ip4 address, long until) {
        int distance = distance(address);
        if (distance >= 0 && holders[distance] == FREE) {
            setAside(distance, until);
        }
    }

    private void setAside(int distance, long until) {
        holders[distance] = QUARANTINED;
        quarantine.add(new Quarantine(distance, until));
    }

    /** The owner had this address when it was here last. */
    void remember(Bytes owner, Ip4 address) {
        int distance = distance(address);
        if (distance >= 0 && offered[distance]) {
            associate(distance, owner);
        }
    }

    Bytes lastOwner(Ip4 address) {
        return lastOwner[distance(address)];
    }

    /** Addresses that the pool gives out at all. */
    int size() {
        return size;
    }

    /** Of these, held by sessions. */
    int held() {
        return held;
    }

    int quarantined(long now) {
        endQuarantine(now);
        return quarantine.size();
    }

    private Ip4 hold(int distance, long session, Bytes owner) {
        holders[distance] = session;
        if (offered[distance]) {
            held++;
        }
        associate(distance, owner);
        return address(distance);
    }

    private void associate(int distance, Bytes owner) {
        lastOf.remove(lastOwner[distance], distance);
        Integer before = lastOf.put(owner, distance);
        if (before != null && before != distance) {
            lastOwner[before] = Bytes.EMPTY;
        }
        lastOwner[distance] = owner;
    }

    private void endQuarantine(long now) {
        while (!quarantine.isEmpty() && quarantine.peek().untilMillis() <= now) {
            int distance = quarantine.remove().distance();
            holders[distance] = FREE;
            if (offered[distance]) {
                enqueue(distance);
            }
        }
    }

    private void enqueue(int distance) {
        if (!queued[distance]) {
            queued[distance] = true;
            free.add(distance);
        }
    }

    private boolean isFree(int distance) {
        return offered[distance] && holders[distance] == FREE;
    }

    /** Distance from the network address, -1 when the address is not in the network. */
    private int distance(Ip4 address) {
        return pool.network().prefix().contains(address) ? address.bits() - base : -1;
    }

    private Ip4 address(int distance) {
        return new Ip4(base + distance);
    }
}
