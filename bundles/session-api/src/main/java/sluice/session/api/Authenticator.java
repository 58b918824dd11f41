package sluice.session.api;

import java.util.function.Consumer;

/** Says who a subscriber is. Safe for any thread; never blocks. */
public interface Authenticator {

    /**
     * Asks.
     *
     * @param reply called exactly once, on any thread, with {@link Outcome.Accepted}, {@link Outcome.Rejected} or
     *     {@link Outcome.Unanswered}; it must not block
     */
    void authenticate(AuthenticationRequest request, Consumer<Outcome> reply);

    /** Whether there is a server that answers, as far as is known without asking. */
    default Reachability reachability() {
        return Reachability.UNKNOWN;
    }

    /** What is known of the servers as a whole. */
    enum Reachability {
        /** At least one answered, and has not been found silent since. */
        REACHED,
        /** All were found silent, or there is none. */
        SILENT,
        /** Nothing is known. */
        UNKNOWN
    }
}
