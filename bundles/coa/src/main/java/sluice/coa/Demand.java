package sluice.coa;

import java.util.Map;
import java.util.Optional;
import sluice.net.Bytes;
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
     * @param state of a request with Service-Type Authorize-Only, whose answer does not wait (RFC 5176, 3.2); RADIUS
     *     gets it back
     */
    record AskAgain(Optional<Bytes> state) implements Demand {

        boolean authorizeOnly() {
            return state.isPresent();
        }

        @Override
        public Command command(SessionId session) {
            return new Command.Reauthenticate(
                    session,
                    state.map(value -> Map.of("Service-Type", "Authorize-Only", "State", "0x" + value.toHex()))
                            .orElse(Map.of()));
        }

        @Override
        public String label() {
            return authorizeOnly() ? "authorize-only" : "reauthenticate";
        }
    }
}
