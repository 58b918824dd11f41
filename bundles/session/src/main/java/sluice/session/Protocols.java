package sluice.session;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import sluice.session.api.AccessProtocol;
import sluice.session.api.FrameKind;

/**
 * The access protocols that are there now. Of two with the same name the one that came last is used, so that a new
 * version takes over beside the old one. Safe for any thread.
 */
final class Protocols {

    /** A timer of a protocol that is absent is tried again after this. */
    static final long ABSENCE_MILLIS = 1_000;

    private final List<AccessProtocol> present = new CopyOnWriteArrayList<>();

    void add(AccessProtocol protocol) {
        present.addFirst(protocol);
    }

    void remove(AccessProtocol protocol) {
        present.remove(protocol);
    }

    Optional<AccessProtocol> named(String name) {
        for (AccessProtocol protocol : present) {
            if (protocol.name().equals(name)) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }

    Optional<AccessProtocol> accepting(FrameKind kind) {
        for (AccessProtocol protocol : present) {
            if (protocol.accepts(kind)) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }
}
