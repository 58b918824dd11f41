package sluice.pppoe;

import java.time.Duration;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.session.api.Credentials;
import sluice.session.api.TerminateCause;

/** Something a link wants done. */
sealed interface LinkAction {

    /** Sends a PPP frame, protocol field first. */
    record Transmit(Bytes payload) implements LinkAction {}

    /** Sets a timer, in place of one of the same name. */
    record Arm(LinkTimer timer, Duration after) implements LinkAction {}

    /** Takes a timer back; it need not be armed. */
    record Disarm(LinkTimer timer) implements LinkAction {}

    /**
     * Asks who the peer is. Answered by {@link LinkEvent.Accepted}, {@link LinkEvent.Rejected} or
     * {@link LinkEvent.Unanswered}; also of an open link, when the peer proved itself anew.
     *
     * @param userName as the peer gave it; empty when it proved nothing and its line says who it is
     * @param credentials present exactly when the user name is
     */
    record Authenticate(Optional<String> userName, Optional<Credentials> credentials) implements LinkAction {}

    /**
     * Wants an address. Answered by {@link LinkEvent.AddressGranted} or {@link LinkEvent.AddressRefused}. Always the
     * last action of a step.
     */
    record NeedAddress() implements LinkAction {}

    /** The address is not needed any more, since the peer speaks no IPv4. */
    record ReleaseAddress() implements LinkAction {}

    /**
     * Packets may pass; again when another network protocol opens, or one of two ends. Goes before the frames of the
     * same step, so that a peer that reads them finds the gateway ready.
     *
     * @param magic our magic number, 0 when the peer wanted none
     * @param mru largest IP packet that the peer takes, bytes
     * @param ip4 of IPCP; without it the address is not needed any more
     * @param ip6 of IPv6CP
     */
    record Open(int magic, int mru, NetworkUse ip4, NetworkUse ip6) implements LinkAction {}

    /** The link is over, and this the last action: the PPPoE session ends too. */
    record Close(LinkEnd end, TerminateCause cause) implements LinkAction {}

    /** Counts one. */
    record Count(LinkCounter counter) implements LinkAction {}
}
