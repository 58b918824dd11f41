package sluice.session.api;

/** Something the operator or another system wants done with a session. */
public sealed interface Command {

    /** Which session. */
    SessionId session();

    /** End it. */
    record Disconnect(SessionId session, TerminateCause cause) implements Command {}
}
