package sluice.session.api;

import java.util.List;
import java.util.Optional;

/**
 * What a protocol decided: the session's next state and what is to be done, in order. The first effect that fails stops
 * the list and comes back as an {@link Outcome}; the next state stands all the same.
 *
 * @param next empty when the protocol keeps nothing of this session: the engine forgets a session without state after
 *     the effects, and closes it first if it was open
 * @param effects performed in order
 */
public record Step(Optional<ProtocolState> next, List<Effect> effects) {

    public Step {
        effects = List.copyOf(effects);
    }

    /** Goes on in {@code next}. */
    public static Step to(ProtocolState next, Effect... effects) {
        return new Step(Optional.of(next), List.of(effects));
    }

    /** Nothing changes, nothing is done. */
    public static Step unchanged(SessionView session) {
        return new Step(session.state(), List.of());
    }

    /** The state stays, effects are done. */
    public static Step stay(SessionView session, Effect... effects) {
        return new Step(session.state(), List.of(effects));
    }

    /** The protocol keeps nothing of the session. */
    public static Step forget(Effect... effects) {
        return new Step(Optional.empty(), List.of(effects));
    }
}
