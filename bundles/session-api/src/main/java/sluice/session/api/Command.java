package sluice.session.api;

import java.util.Map;

/**
 * Something the operator or another system wants done with a session. Ends go before changes, and these before
 * questions to RADIUS, so that many of one kind starve none of another.
 */
public sealed interface Command {

    /** Which session. */
    SessionId session();

    /** End it. */
    record Disconnect(SessionId session, TerminateCause cause) implements Command {}

    /** Give it something else from now on: all of it, or nothing. */
    record Change(SessionId session, AuthorizationChange change) implements Command {}

    /**
     * Ask RADIUS again: what it grants now takes effect, a refusal ends the session.
     *
     * @param attributes what goes into this question beyond what the session is asked with, by names of RADIUS
     *     dictionaries, for example the {@code State} of a CoA-Request (RFC 5176, 3.2)
     */
    record Reauthenticate(SessionId session, Map<String, String> attributes) implements Command {
        public Reauthenticate {
            attributes = Map.copyOf(attributes);
        }

        /** The question as it was asked before. */
        public Reauthenticate(SessionId session) {
            this(session, Map.of());
        }
    }
}
