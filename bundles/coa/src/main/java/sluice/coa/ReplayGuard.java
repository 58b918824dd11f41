package sluice.coa;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import sluice.net.Bytes;

/**
 * Requests with an Event-Timestamp that were done, by client and authenticator, for as long as their timestamp can be
 * of now: who recorded one cannot have it done again, from whatever port. Bounded: of a client that has more done in
 * that time, the oldest is forgotten first. Belongs to one thread.
 */
final class ReplayGuard {

    private final int perClient;
    private final long millis;
    /** Since when, monotonic milliseconds; the oldest first. */
    private final Map<String, Map<Bytes, Long>> done = new HashMap<>();

    /**
     * @param perClient requests of one client
     * @param millis how long: twice the window, since a timestamp may be as far ahead as behind
     */
    ReplayGuard(int perClient, long millis) {
        this.perClient = perClient;
        this.millis = millis;
    }

    /** Whether it was done. */
    boolean knows(String client, Bytes authenticator, long now) {
        Map<Bytes, Long> before = done.get(client);
        if (before == null) {
            return false;
        }
        Iterator<Long> oldest = before.values().iterator();
        while (oldest.hasNext() && now - oldest.next() > millis) {
            oldest.remove();
        }
        return before.containsKey(authenticator);
    }

    /** It is done from now on. */
    void remember(String client, Bytes authenticator, long now) {
        Map<Bytes, Long> before = done.computeIfAbsent(client, first -> new LinkedHashMap<>());
        before.put(authenticator, now);
        if (before.size() > perClient) {
            before.remove(before.keySet().iterator().next());
        }
    }

    /** It was not done after all, so that the client may try it again. */
    void forget(String client, Bytes authenticator) {
        done.computeIfPresent(client, (name, before) -> {
            before.remove(authenticator);
            return before;
        });
    }
}
