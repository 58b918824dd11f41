package sluice.session;

/**
 * The keys that {@code sluice.session.cfg} has for everybody and each {@code sluice.session.realm-NAME.cfg} for its
 * realm: what they are called for the operator, and what they are when he says nothing.
 */
final class OutageKeys {

    static final String DENY = "deny";
    static final String DENIED = "refused";
    static final String CACHED = "cached";
    static final String REMEMBERED = "served as accepted the last time";
    static final String ALLOW = "allow";
    static final String ALLOWED = "served with a default policy";
    static final String QUEUE = "queue";
    static final String QUEUED = "kept waiting";

    static final String DOWN = "What happens to new subscribers when no RADIUS server answers";
    static final String UNKNOWN = "With cached: what happens to those of whom nothing is remembered";
    static final String POLICY = "Policy of those who are served without an answer; empty: the default policy";
    static final String PROFILE_HOURS = "With cached: how old an acceptance may be, hours";
    static final int PROFILE_HOURS_DEFAULT = 24;
    static final String QUEUE_SECONDS = "With queue: how long a subscriber may wait, seconds";
    static final int QUEUE_SECONDS_DEFAULT = 600;

    private OutageKeys() {}
}
