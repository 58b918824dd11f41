package sluice.session;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sluice.session.api.AccessProtocol;
import sluice.session.api.SessionQuery;

/** Finds sessions by what other systems know of them: address, IPv6 prefix, MAC address, user name. Of one thread. */
final class SessionIndex {

    /** Keys of four types in one map; values of different types are never equal. */
    private final Map<Object, List<Session>> byKey = new HashMap<>();

    /** Takes the session in, or learns what it is found by now. */
    void update(Session session) {
        Set<Object> now = keysOf(session);
        for (Object key : session.indexed()) {
            if (!now.contains(key)) {
                byKey.computeIfPresent(key, (same, sessions) -> without(sessions, session));
            }
        }
        for (Object key : now) {
            if (!session.indexed().contains(key)) {
                byKey.merge(key, List.of(session), SessionIndex::joined);
            }
        }
        session.indexed(List.copyOf(now));
    }

    void remove(Session session) {
        for (Object key : session.indexed()) {
            byKey.computeIfPresent(key, (same, sessions) -> without(sessions, session));
        }
        session.indexed(List.of());
    }

    /** The few sessions of which one may be meant; empty when the query gives nothing that is indexed. */
    Optional<List<Session>> candidates(SessionQuery query) {
        return Stream.<Optional<?>>of(query.address(), query.prefix(), query.delegated(), query.mac(), query.userName())
                .flatMap(Optional::stream)
                .findFirst()
                .map(key -> byKey.getOrDefault(key, List.of()));
    }

    /** How many sessions are found by this key. */
    int count(Object key) {
        return byKey.getOrDefault(key, List.of()).size();
    }

    /** Whether all that is given agrees. */
    static boolean matches(SessionQuery query, Session session) {
        Set<Object> keys = keysOf(session);
        return query.id().map(session.id()::equals).orElse(true)
                && query.address().map(keys::contains).orElse(true)
                && query.prefix().map(keys::contains).orElse(true)
                && query.mac().map(keys::contains).orElse(true)
                && query.userName().map(keys::contains).orElse(true)
                && query.line().map(line -> line.test(session.key().line())).orElse(true)
                && query.delegated()
                        .map(Optional::of)
                        .map(session.authorization()
                                .flatMap(granted -> granted.addressing().delegatedPrefix())::equals)
                        .orElse(true)
                && query.interfaceId()
                        .map(id -> id.equals(session.held().details().get(AccessProtocol.INTERFACE_ID)))
                        .orElse(true);
    }

    private static Set<Object> keysOf(Session session) {
        Set<Object> keys = new LinkedHashSet<>();
        keys.add(session.key().mac());
        keys.add(session.userName());
        session.address().ifPresent(grant -> keys.add(grant.address()));
        session.authorization().ifPresent(authorization -> keys.addAll(Entries.networks6(authorization.addressing())));
        return keys;
    }

    private static List<Session> joined(List<Session> some, List<Session> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** @return null when none is left, which takes the key out of the map */
    private static @Nullable List<Session> without(List<Session> sessions, Session gone) {
        List<Session> rest = sessions.stream().filter(one -> !one.equals(gone)).toList();
        return rest.isEmpty() ? null : rest;
    }
}
