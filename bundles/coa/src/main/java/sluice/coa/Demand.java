package sluice.coa;

import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.SessionId;
import sluice.session.api.TerminateCause;

/** What a request wants done with the session it names. */
sealed interface Demand {

    /** The command that does it. */
    Command command(SessionId session);

    /** In the operator's words. */
    String label();

    /** A Disconnect-Request: an administrator ends the session (RFC 5176, 3.5: Acct-Terminate-Cause is Admin-Reset). */
    record End() implements Demand {

        @Override
        public Command command(SessionId session) {
            return new Command.Disconnect(session, TerminateCause.ADMIN_RESET);
        }

        @Override
        public String label() {
            return "disconnect";
        }
    }

    /** Another policy, other rates, another reach or other times. */
    record Alter(AuthorizationChange change) implements Demand {

        @Override
        public Command command(SessionId session) {
            return new Command.Change(session, change);
        }

        @Override
        public String label() {
            return "change";
        }
    }

    /**
     * RADIUS shall be asked again.
     *
     * @param authorizeOnly asked by Service-Type Authorize-Only, so that the answer does not wait (RFC 5176, 3.2)
     */
    record AskAgain(boolean authorizeOnly) implements Demand {

        @Override
        public Command command(SessionId session) {
            return new Command.Reauthenticate(session);
        }

        @Override
        public String label() {
            return authorizeOnly ? "authorize-only" : "reauthenticate";
        }
    }
}
