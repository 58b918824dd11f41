package sluice.session.api;

import java.util.Locale;

/**
 * On whose word a session is served. Its text is {@code auth_state} of the event stream. A receiver needs a
 * {@code default} branch: kinds are added.
 */
public enum AuthState {
    /** A server accepted the subscriber. */
    AUTHENTICATED,
    /** Nobody was asked, or nobody answered and the operator serves unknown subscribers. */
    UNAUTHENTICATED,
    /** No server answered; what one said the last time is used. */
    CACHED,
    /** No server answered; the realm's default is used. */
    DEFAULT;

    /** Whether a server should be asked again as soon as one answers. */
    public boolean isDegraded() {
        return this == CACHED || this == DEFAULT;
    }

    /** Lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
