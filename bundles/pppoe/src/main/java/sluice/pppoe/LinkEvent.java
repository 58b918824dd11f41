package sluice.pppoe;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.session.api.TerminateCause;

/** Something that happens to a link. */
sealed interface LinkEvent {

    /** The PPPoE session is there. */
    record Begun() implements LinkEvent {}

    /**
     * A frame of the peer.
     *
     * @param payload of the PPPoE packet, without the padding behind its length
     */
    record Received(Bytes payload) implements LinkEvent {}

    /** A timer that {@link LinkAction.Arm} set is due. */
    record Due(LinkTimer timer) implements LinkEvent {}

    /**
     * The subscriber is known, or still known.
     *
     * @param replyMessage shown to the peer
     * @param msChapSuccess MS-CHAP2-Success (RFC 2548, 2.3.3) as RADIUS sent it; without it MS-CHAPv2 fails
     * @param interfaceId Framed-Interface-Id (RFC 3162, 2.2); zero is none
     */
    record Accepted(Optional<String> replyMessage, Optional<Bytes> msChapSuccess, OptionalLong interfaceId)
            implements LinkEvent {
        public Accepted {
            interfaceId = interfaceId.equals(OptionalLong.of(0)) ? OptionalLong.empty() : interfaceId;
        }
    }

    /**
     * The subscriber is refused.
     *
     * @param replyMessage shown to the peer
     * @param msChapError MS-CHAP-Error (RFC 2548, 2.1.5) as RADIUS sent it
     */
    record Rejected(Optional<String> replyMessage, Optional<Bytes> msChapError) implements LinkEvent {}

    /** Nobody answered who the subscriber is. */
    record Unanswered() implements LinkEvent {}

    /**
     * An address is reserved.
     *
     * @param address for the peer
     * @param gateway ours
     * @param dns name servers, of which the first two are told
     */
    record AddressGranted(Ip4 address, Ip4 gateway, List<Ip4> dns) implements LinkEvent {
        public AddressGranted {
            dns = List.copyOf(dns);
        }
    }

    /**
     * There is no address.
     *
     * @param inUse whether another session has it, which may be about to end: that of a peer that dials anew
     */
    record AddressRefused(boolean inUse) implements LinkEvent {}

    /** What {@link LinkAction.Open} wanted is not done, since an older session is in the way that is about to end. */
    record OpenRefused() implements LinkEvent {}

    /** The link is to end at once. */
    record Terminate(TerminateCause cause) implements LinkEvent {}
}
