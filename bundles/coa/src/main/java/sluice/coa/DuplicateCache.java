package sluice.coa;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sluice.net.Bytes;

/**
 * Requests of the last seconds with their answers, so that one that is sent again is not done again (RFC 5080, 2.2.2).
 * Bounded in time and number: the oldest answered one goes first; one that is worked on stays until it is answered or
 * given up. Belongs to one thread.
 */
final class DuplicateCache {

    private final int max;
    private final long answeredMillis;
    private final long workingMillis;
    private final Map<Key, Entry> entries = new LinkedHashMap<>();
    private int working;

    /** What two transmissions of one request have in common; the authenticator covers the whole packet. */
    record Key(InetSocketAddress source, int id, Bytes authenticator) {}

    /** A request and, as soon as there is one, its answer. */
    static final class Entry {

        private final long since;
        private byte[] answer = new byte[0];

        private Entry(long since) {
            this.since = since;
        }

        boolean isAnswered() {
            return answer.length > 0;
        }

        byte[] answer() {
            return answer;
        }
    }

    /**
     * An empty cache.
     *
     * @param max requests
     * @param answeredMillis how long an answer is kept, from the request on
     * @param workingMillis after which a request without an answer is given up
     */
    DuplicateCache(int max, long answeredMillis, long workingMillis) {
        this.max = max;
        this.answeredMillis = answeredMillis;
        this.workingMillis = workingMillis;
    }

    Optional<Entry> find(Key key, long now) {
        Entry entry = entries.get(key);
        return entry == null || isOver(entry, now) ? Optional.empty() : Optional.of(entry);
    }

    /** A request that is worked on from now on. */
    void begin(Key key, long now) {
        Entry before = entries.remove(key);
        if (before != null && !before.isAnswered()) {
            working--;
        }
        entries.put(key, new Entry(now));
        working++;
    }

    /** Its answer. False when it was given up meanwhile. */
    boolean answered(Key key, byte[] answer) {
        Entry entry = entries.get(key);
        if (entry == null || entry.isAnswered()) {
            return false;
        }
        entry.answer = answer;
        working--;
        return true;
    }

    /** Requests that wait for their answer. */
    int working() {
        return working;
    }

    /** Forgets what is over, and the oldest answers when there are too many; returns how many were given up. */
    int expire(long now) {
        int givenUp = 0;
        int excess = entries.size() - max;
        Iterator<Entry> all = entries.values().iterator();
        while (all.hasNext()) {
            Entry entry = all.next();
            boolean tooMany = excess > 0 && entry.isAnswered();
            if (!isOver(entry, now) && !tooMany) {
                if (entry.isAnswered()) {
                    break; // those behind it are younger, and there are not too many
                }
                continue;
            }
            all.remove();
            excess--;
            if (!entry.isAnswered()) {
                working--;
                givenUp++;
            }
        }
        return givenUp;
    }

    int size() {
        return entries.size();
    }

    private boolean isOver(Entry entry, long now) {
        return now - entry.since >= (entry.isAnswered() ? answeredMillis : workingMillis);
    }
}
