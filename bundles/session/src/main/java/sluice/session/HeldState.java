package sluice.session;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sluice.net.Bytes;
import sluice.session.api.AccessProtocol;
import sluice.session.api.IncompatibleState;
import sluice.session.api.ProtocolState;

/**
 * What a protocol keeps of one session: a state of its own classes while it is there, bytes while it is not. Belongs to
 * the session.
 */
final class HeldState {

    private @Nullable ProtocolState state;
    private @Nullable AccessProtocol owner;
    private Bytes frozen = Bytes.EMPTY;

    Optional<ProtocolState> now() {
        return Optional.ofNullable(state);
    }

    boolean isEmpty() {
        return state == null && frozen.isEmpty();
    }

    void set(Optional<ProtocolState> next, AccessProtocol whose) {
        state = next.orElse(null);
        owner = whose;
        frozen = Bytes.EMPTY;
    }

    void set(Bytes bytes) {
        state = null;
        owner = null;
        frozen = bytes;
    }

    /** As bytes, whoever made it. */
    Bytes freeze() {
        return state != null && owner != null ? owner.freeze(state) : frozen;
    }

    /**
     * Makes it one of this protocol instance: after a restart, or when a new version of the bundle took over.
     *
     * @throws IncompatibleState when it cannot be; it is as before then
     */
    void thawFor(AccessProtocol whose) throws IncompatibleState {
        if (!isOf(whose) && !isEmpty()) {
            set(Optional.of(whose.thaw(freeze())), whose);
        }
    }

    /** Lets go of the classes of a protocol that leaves. */
    void freezeFor(AccessProtocol leaving) {
        if (isOf(leaving) && state != null) {
            set(leaving.freeze(state));
        }
    }

    String describe() {
        return state != null && owner != null ? owner.describe(state) : "recovered";
    }

    Map<String, String> details() {
        return state != null && owner != null ? owner.details(state) : Map.of();
    }

    /** Two versions of a protocol may call themselves equal; only the very instance knows the class of the state. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isOf(AccessProtocol instance) {
        return owner == instance;
    }
}
