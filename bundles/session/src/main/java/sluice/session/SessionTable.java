package sluice.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionQuery;

/** The sessions of one shard, by id, by key, and by what a frame has when it does not name its line. Of one thread. */
final class SessionTable {

    /** In the order in which they came: ids count up. */
    private final NavigableMap<Long, Session> byId = new TreeMap<>();

    private final Map<SessionKey, Session> byKey = new HashMap<>();
    private final Map<Attachment, List<Session>> byAttachment = new HashMap<>();
    private final Map<LineId, Integer> perLine = new HashMap<>();

    /** Where and who, without circuit-id and remote-id. */
    private record Attachment(int port, int svlan, int cvlan, MacAddress mac, int pppoeSession) {

        static Attachment of(SessionKey key) {
            LineId line = key.line();
            return new Attachment(line.port(), line.svlan(), line.cvlan(), key.mac(), key.pppoeSession());
        }
    }

    /** What was found for the key of a frame. */
    sealed interface Found {

        /** This session. */
        record One(Session session) implements Found {}

        /** No session yet. */
        record None() implements Found {}

        /** The frame does not name its line, and several sessions fit. */
        record Several() implements Found {}
    }

    private final SessionIndex index = new SessionIndex();

    private static final Found NONE = new Found.None();
    private static final Found SEVERAL = new Found.Several();

    void add(Session session) {
        SessionKey key = session.key();
        byId.put(session.id().value(), session);
        index.update(session);
        byKey.put(key, session);
        byAttachment
                .computeIfAbsent(Attachment.of(key), attachment -> new ArrayList<>(1))
                .add(session);
        perLine.merge(key.line(), 1, Integer::sum);
    }

    /** The session is not found by frames any more; by its id it still is. */
    void detach(Session session) {
        SessionKey key = session.key();
        if (!byKey.remove(key, session)) {
            return;
        }
        index.remove(session);
        Attachment attachment = Attachment.of(key);
        List<Session> there = byAttachment.get(attachment);
        if (there != null) {
            there.remove(session);
            if (there.isEmpty()) {
                byAttachment.remove(attachment);
            }
        }
        perLine.computeIfPresent(key.line(), (line, count) -> count == 1 ? null : count - 1);
    }

    void remove(Session session) {
        detach(session);
        byId.remove(session.id().value());
    }

    /**
     * Whose frame this is. A frame that names its line belongs to that line only.
     *
     * @param protocol whose sessions are looked at
     */
    Found find(SessionKey key, String protocol) {
        Session exact = byKey.get(key);
        if (exact != null && exact.protocol().equals(protocol)) {
            return new Found.One(exact);
        }
        if (!key.line().circuitId().isEmpty() || !key.line().remoteId().isEmpty()) {
            return NONE;
        }
        @Nullable Session only = null;
        for (Session there : byAttachment.getOrDefault(Attachment.of(key), List.of())) {
            if (there.protocol().equals(protocol)) {
                if (only != null) {
                    return SEVERAL;
                }
                only = there;
            }
        }
        return only == null ? NONE : new Found.One(only);
    }

    /** The session is found by its address and prefixes of now. */
    void update(Session session) {
        if (session.stage() == Session.Stage.STARTING || session.stage() == Session.Stage.OPEN) {
            index.update(session);
        }
    }

    /** Sessions for which the query holds; empty when it must be put to all of them. */
    Optional<List<Session>> lookup(SessionQuery query) {
        Optional<List<Session>> candidates = query.id().isPresent()
                ? Optional.of(query.id().flatMap(this::get).stream()
                        .filter(session -> byKey.containsKey(session.key()))
                        .toList())
                : index.candidates(query);
        return candidates.map(few -> few.stream()
                .filter(session -> SessionIndex.matches(query, session))
                .toList());
    }

    Optional<Session> get(SessionId id) {
        return get(id.value());
    }

    Optional<Session> get(long id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Whether a session has this key, whatever its protocol. */
    boolean holds(SessionKey key) {
        return byKey.containsKey(key);
    }

    int ofDevice(MacAddress mac) {
        return index.count(mac);
    }

    int onLine(LineId line) {
        return perLine.getOrDefault(line, 0);
    }

    /** The id of the session that came last; empty when there is none. */
    OptionalLong newest() {
        return byId.isEmpty() ? OptionalLong.empty() : OptionalLong.of(byId.lastKey());
    }

    /** The session that came next after this id, which may be that of one that is gone. */
    Optional<Session> after(long id) {
        return Optional.ofNullable(byId.higherEntry(id)).map(Map.Entry::getValue);
    }

    int size() {
        return byId.size();
    }

    Collection<Session> all() {
        return byId.values();
    }
}
