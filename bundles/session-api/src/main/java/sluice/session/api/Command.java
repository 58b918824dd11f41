package sluice.session.api;

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

    /** Ask RADIUS again: what it grants now takes effect, a refusal ends the session. */
    record Reauthenticate(SessionId session) implements Command {}
}
