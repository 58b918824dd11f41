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
}
