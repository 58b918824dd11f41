package sluice.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sluice.net.LineId;
import sluice.session.api.SessionKey;

/**
 * Who was rejected a moment ago, so that a client that asks again and again costs RADIUS one question per hold time,
 * and a line on which passwords are tried with ever other devices costs so many in a minute. Lines without C-VLAN and
 * circuit-id cannot be told from each other: there the device alone is held. Bounded: the oldest is forgotten first. Of
 * one thread.
 */
final class RejectMemory {

    private static final int SIZE = 10_000;
    private static final long MINUTE = 60_000;

    private final long holdMillis;
    private final long intervalMillis;
    private final Map<SessionKey, Long> until = bounded();
    /** When the rejections of a line are all forgiven, if one is forgiven in each interval (GCRA). */
    private final Map<LineId, Long> forgiven = bounded();

    RejectMemory(RejectSettings settings) {
        holdMillis = settings.hold().toMillis();
        intervalMillis = settings.perMinute() == 0 ? 0 : Math.max(1, MINUTE / settings.perMinute());
    }

    void rejected(SessionKey key, long now) {
        SessionKey device = device(key);
        until.remove(device);
        until.put(device, now + holdMillis);
        if (intervalMillis > 0 && isNamed(key.line())) {
            Long known = forgiven.remove(key.line());
            long from = known == null ? now : Math.max(known, now);
            forgiven.put(key.line(), Math.min(from + intervalMillis, now + MINUTE));
        }
    }

    /** Why the subscriber is not asked about now; empty when he may be. */
    Optional<SessionCounter> holds(SessionKey key, long now) {
        SessionKey device = device(key);
        Long end = until.get(device);
        if (end != null && end > now) {
            return Optional.of(SessionCounter.DROP_REJECTED);
        }
        until.remove(device);
        Long line = forgiven.get(key.line());
        return line != null && line + intervalMillis - now > MINUTE
                ? Optional.of(SessionCounter.DROP_LINE_REJECTED)
                : Optional.empty();
    }

    /** The next PPPoE session of a device has another id. */
    private static SessionKey device(SessionKey key) {
        return new SessionKey(key.line(), key.mac());
    }

    private static boolean isNamed(LineId line) {
        return line.cvlan() != 0 || !line.circuitId().isEmpty();
    }

    private static <K> Map<K, Long> bounded() {
        return new LinkedHashMap<>() {
            @java.io.Serial
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Long> eldest) {
                return size() > SIZE;
            }
        };
    }
}
