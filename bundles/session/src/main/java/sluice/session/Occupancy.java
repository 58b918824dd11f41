package sluice.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import sluice.loop.Inbox;
import sluice.session.api.SessionId;

/**
 * Which sessions have a place of those that a line, a user or a device has, over all shards. Safe for any thread: a
 * place is taken and left by one atomic step, and nobody waits.
 *
 * @param <K> who has the places
 */
final class Occupancy<K> {

    private final int most;
    private final boolean replaces;
    private final Map<K, List<Holder>> holders = new ConcurrentHashMap<>();

    /**
     * A session and the door of its shard.
     *
     * @param inbox where it can be told to end
     */
    record Holder(SessionId session, Inbox<Mail> inbox) {}

    /** What became of the wish for a place. */
    sealed interface Place {

        /** The session has it, and these must go for it. */
        record Taken(List<Holder> older) implements Place {}

        /** There is none. */
        record None() implements Place {}
    }

    private static final Place NONE = new Place.None();
    private static final Place FREE = new Place.Taken(List.of());

    /**
     * @param most places; 0: as many as are wanted
     * @param full what happens when all are taken
     */
    Occupancy(int most, LimitSettings.Full full) {
        this.most = most;
        replaces = full == LimitSettings.Full.REPLACE;
    }

    boolean isLimited() {
        return most > 0;
    }

    boolean replaces() {
        return replaces;
    }

    /** Takes a place; a session that has one keeps it. */
    Place take(K who, Holder holder) {
        if (most == 0) {
            return FREE;
        }
        Place[] place = {FREE};
        holders.compute(who, (key, present) -> {
            List<Holder> before = present == null ? List.of() : present;
            if (before.contains(holder)) {
                return before;
            }
            int excess = before.size() + 1 - most;
            if (excess > 0 && !replaces) {
                place[0] = NONE;
                return before;
            }
            if (excess > 0) {
                place[0] = new Place.Taken(before.subList(0, excess));
            }
            return with(before, holder);
        });
        return place[0];
    }

    /** Whatever the limit: a session that was there before a restart. */
    void restore(K who, Holder holder) {
        if (most > 0) {
            holders.merge(who, List.of(holder), (before, one) -> with(before, holder));
        }
    }

    /** Whether the older ones that had to go for this session have gone. */
    boolean isRoomFor(K who, Holder holder) {
        if (most == 0 || !replaces) {
            return true;
        }
        int place = holders.getOrDefault(who, List.of()).indexOf(holder);
        return place >= 0 && place < most;
    }

    /** Nothing happens when the session has no place. */
    void leave(K who, Holder holder) {
        if (most > 0) {
            holders.computeIfPresent(who, (key, before) -> {
                List<Holder> left =
                        before.stream().filter(one -> !one.equals(holder)).toList();
                return left.isEmpty() ? null : left;
            });
        }
    }

    /** How many places one has; 0 when there is no limit. */
    int of(K who) {
        return holders.getOrDefault(who, List.of()).size();
    }

    /** How many have places, for tests of leaks. */
    int size() {
        return holders.size();
    }

    private static List<Occupancy.Holder> with(List<Holder> before, Holder holder) {
        List<Holder> more = new ArrayList<>(before);
        more.add(holder);
        return List.copyOf(more);
    }
}
