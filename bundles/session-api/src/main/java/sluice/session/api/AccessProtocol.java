package sluice.session.api;

import java.util.Map;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;

/**
 * A way by which subscribers come online, hosted by the session engine. Implementations are pure: they decide and the
 * engine acts; they keep nothing of a session but its {@link ProtocolState}.
 *
 * <p>{@link #keyOf} is called on the punt thread, everything else on the session's shard. No call may block; a step has
 * a budget of 1 ms.
 */
public interface AccessProtocol {

    /** A detail: the lower half of the subscriber's IPv6 addresses on the link, 16 hexadecimal digits (RFC 5072). */
    String INTERFACE_ID = "interface_id";

    /** Stable name, for example {@code dhcp4}; part of the frozen session. */
    String name();

    /** Which frames are for this protocol. */
    boolean accepts(FrameKind kind);

    /**
     * Whose frame this is.
     *
     * @throws MalformedPacket when the frame cannot be of a subscriber of this protocol; the engine counts the reason
     */
    SessionKey keyOf(Frame frame) throws MalformedPacket;

    /**
     * A frame of this protocol that belongs to no session.
     *
     * @param now monotonic milliseconds
     * @return what becomes of it; a session begins unless the protocol says otherwise
     */
    default Welcome onStray(Stray stray, Frame frame, long now) {
        return Welcome.BEGIN;
    }

    /**
     * A frame of this session. When the session is new it has no state yet.
     *
     * @param now monotonic milliseconds
     */
    Step onFrame(SessionView session, Frame frame, long now);

    /** A timer that was armed by {@link Effect.Arm} is due. */
    Step onTimer(SessionView session, TimerName timer, long now);

    /**
     * What became of an effect, or of a command of the operator. A kind that is not known needs {@link Step#unchanged}.
     */
    Step onOutcome(SessionView session, Outcome outcome, long now);

    /**
     * Bytes from which {@link #thaw} makes the same state, also in later versions of this protocol. An open session is
     * written to the store when they are others than before, so what changes all the time and may be lost (echoes that
     * were not answered yet) is not among them.
     */
    Bytes freeze(ProtocolState state);

    /**
     * The state that {@link #freeze} wrote.
     *
     * @throws IncompatibleState when the bytes are not of a version this protocol knows
     */
    ProtocolState thaw(Bytes bytes) throws IncompatibleState;

    /** What the operator should see of a state, for example {@code bound}. */
    String describe(ProtocolState state);

    /** What else the operator may see of one session, by names that stay, for example {@code echo_lost}. */
    default Map<String, String> details(ProtocolState state) {
        return Map.of();
    }
}
