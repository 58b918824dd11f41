package sluice.session;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How many sessions of which access protocol there are and were. Written by one shard, read by anybody. */
final class Census {

    /** What is counted; the first three go up and down. */
    enum Figure {
        STARTING,
        OPEN,
        CLOSING,
        OPENED,
        RECOVERED,
        FAILED,
        ENDED
    }

    private final Map<String, LongAdder[]> figures = new ConcurrentHashMap<>();

    /** A session is being set up. */
    void began(Session session) {
        of(session, Figure.STARTING).increment();
    }

    /** It was open before the restart and is again. */
    void recovered(Session session) {
        of(session, Figure.RECOVERED).increment();
        of(session, Figure.OPEN).increment();
    }

    /** Its packets pass. */
    void opened(Session session) {
        of(session, Figure.OPENED).increment();
        of(session, Figure.STARTING).decrement();
        of(session, Figure.OPEN).increment();
    }

    /** Its packets pass no more, or never did. */
    void left(Session session) {
        boolean wasOpen = session.stage() != Session.Stage.STARTING;
        of(session, wasOpen ? Figure.ENDED : Figure.FAILED).increment();
        of(session, wasOpen ? Figure.OPEN : Figure.STARTING).decrement();
        of(session, Figure.CLOSING).increment();
    }

    /** Nothing of it is left. */
    void gone(Session session) {
        of(session, Figure.CLOSING).decrement();
    }

    /** Names of access protocols that had sessions. */
    Set<String> protocols() {
        return new TreeSet<>(figures.keySet());
    }

    long get(String protocol, Figure figure) {
        LongAdder[] all = figures.get(protocol);
        return all == null ? 0 : all[figure.ordinal()].sum();
    }

    private LongAdder of(Session session, Figure figure) {
        return figures.computeIfAbsent(session.protocol(), protocol -> zeros())[figure.ordinal()];
    }

    private static LongAdder[] zeros() {
        LongAdder[] zeros = new LongAdder[Figure.values().length];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = new LongAdder();
        }
        return zeros;
    }
}
