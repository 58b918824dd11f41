package sluice.session;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import sluice.net.Ip6Prefix;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.SessionQuery;

/**
 * Older sessions of a subscriber who begins anew without having ended them, as a PPPoE device does that lost its power:
 * same device, line and user name, and they have the address or a prefix that RADIUS names for the new session too.
 * What can be had once makes room, also without any limit. Belongs to one shard, where such sessions meet: the PPPoE
 * session id, in which alone their keys differ, does not choose it.
 */
final class Predecessors {

    private final SessionTable table;

    Predecessors(SessionTable table) {
        this.table = table;
    }

    /** Those that have to go for this one, which was authorized. */
    Set<Session> of(Session session) {
        Set<Session> older = new LinkedHashSet<>();
        session.authorization()
                .map(Authorization::addressing)
                .ifPresent(granted -> queries(granted)
                        .flatMap(query -> table.lookup(query).stream().flatMap(found -> found.stream()))
                        .filter(found -> isPredecessor(found, session))
                        .forEach(older::add));
        return older;
    }

    private static Stream<SessionQuery> queries(Addressing granted) {
        return Stream.concat(
                granted.address().stream().map(SessionQuery::of),
                Entries.networks6(granted).stream().map(Predecessors::query));
    }

    private static SessionQuery query(Ip6Prefix prefix) {
        return new SessionQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.of(prefix),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static boolean isPredecessor(Session found, Session session) {
        return found.id().value() < session.id().value() // which grow, also over restarts
                && found.protocol().equals(session.protocol())
                && found.userName().equals(session.userName())
                && found.key().line().equals(session.key().line())
                && found.key().mac().equals(session.key().mac());
    }
}
