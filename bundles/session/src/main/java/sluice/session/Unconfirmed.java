package sluice.session;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import sluice.session.api.AuthState;

/** The open sessions of a shard that no server has confirmed, and which of them are to be asked about, oldest first. */
final class Unconfirmed {

    private final Map<Long, AuthState> states = new HashMap<>();
    private final Set<Long> due = new LinkedHashSet<>();
    private int cached;

    /** The session is open and served without an answer; it is to be asked about. */
    void add(Session session) {
        long id = session.id().value();
        if (states.put(id, session.authState()) == null && session.authState() == AuthState.CACHED) {
            cached++;
        }
        due.add(id);
    }

    /** A server has confirmed it, or it has ended. */
    void remove(Session session) {
        long id = session.id().value();
        due.remove(id);
        if (states.remove(id) == AuthState.CACHED) {
            cached--;
        }
    }

    boolean has(Session session) {
        return states.containsKey(session.id().value());
    }

    /** It is to be asked about, again. */
    void askAbout(Session session) {
        due.add(session.id().value());
    }

    boolean hasDue() {
        return !due.isEmpty();
    }

    /** Takes the one that has been due longest; there is one. */
    long takeDue() {
        long id = due.iterator().next();
        due.remove(id);
        return id;
    }

    /** How many are to be asked about. */
    int due() {
        return due.size();
    }

    /** How many are served as remembered. */
    int cached() {
        return cached;
    }

    /** How many are served with a default. */
    int byDefault() {
        return states.size() - cached;
    }
}
