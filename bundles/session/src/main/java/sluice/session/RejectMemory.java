package sluice.session;

import java.util.LinkedHashMap;
import java.util.Map;
import sluice.session.api.SessionKey;

/**
 * Who was rejected a moment ago, so that a client that asks again and again costs RADIUS one question per hold time.
 * Bounded: the oldest is forgotten first. Of one thread.
 */
final class RejectMemory {

    private static final int SIZE = 10_000;

    private final long holdMillis;
    private final Map<SessionKey, Long> until = new LinkedHashMap<>() {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SessionKey, Long> eldest) {
            return size() > SIZE;
        }
    };

    RejectMemory(long holdMillis) {
        this.holdMillis = holdMillis;
    }

    void rejected(SessionKey key, long now) {
        until.remove(key);
        until.put(key, now + holdMillis);
    }

    boolean holds(SessionKey key, long now) {
        Long end = until.get(key);
        if (end == null) {
            return false;
        }
        if (end <= now) {
            until.remove(key);
            return false;
        }
        return true;
    }
}
