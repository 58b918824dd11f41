package sluice.radius;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.MonotonicClock;
import sluice.platform.api.CounterSet;
import sluice.radius.packet.PacketFault;
import sluice.radius.packet.PacketRefused;
import sluice.radius.packet.PacketSignature;
import sluice.radius.packet.Packets;
import sluice.radius.packet.VerifiedPacket;

/**
 * Which datagrams on one port of one server are replies to what it was asked; the others are counted by reason and told
 * once per episode. Belongs to the request loop; the counts may be read by any thread.
 */
final class ReplyCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ReplyCheck.class);

    private final ServerSettings server;
    private final RequestKind kind;
    private final PacketSignature signature;
    private final Slots slots;
    private final MonotonicClock clock;
    private final CounterSet<RefusedReply> refused = new CounterSet<>(RefusedReply.class);
    private final Map<RefusedReply, Episode> episodes = new EnumMap<>(RefusedReply.class);

    /** @param slots of the requests that wait */
    ReplyCheck(ServerSettings server, RequestKind kind, PacketSignature signature, Slots slots, MonotonicClock clock) {
        this.server = server;
        this.kind = kind;
        this.signature = signature;
        this.slots = slots;
        this.clock = clock;
    }

    /**
     * An answer.
     *
     * @param verdict tells whoever asked
     */
    record Reply(Exchange exchange, VerifiedPacket packet, Runnable verdict) {}

    /** The reply in a datagram, which may be longer than {@code size}; empty when it is none. */
    Optional<Reply> check(int socket, byte[] datagram, int size) {
        try {
            PacketSignature.lengthOf(datagram, size);
            int slot = Slots.slot(socket, datagram[Packets.ID_AT] & 0xff);
            Exchange exchange = slots.owner(slot);
            if (!kind.isAnsweredBy(datagram[0] & 0xff)) {
                throw new ReplyRefused(RefusedReply.WRONG_CODE);
            }
            VerifiedPacket reply = verify(datagram, size, slot, !exchange.draft.isStatus());
            return Optional.of(new Reply(exchange, reply, exchange.completion.answered(reply)));
        } catch (PacketRefused refusal) {
            refuse(RefusedReply.of(refusal.fault()));
        } catch (ReplyRefused refusal) {
            refuse(refusal.reason());
        }
        return Optional.empty();
    }

    private VerifiedPacket verify(byte[] datagram, int size, int slot, boolean verdict)
            throws PacketRefused, ReplyRefused {
        boolean demanded = kind == RequestKind.ACCESS
                && verdict
                && server.messageAuthenticatorDemanded()
                && server.tls().isEmpty(); // TLS signs everything
        try {
            return signature.verifyReply(datagram, size, slots.authenticator(slot), demanded);
        } catch (PacketRefused refusal) {
            if (refusal.fault() != PacketFault.WRONG_AUTHENTICATOR) {
                throw refusal;
            }
        }
        signature.verifyReply(datagram, size, slots.earlierAuthenticator(slot), false);
        throw new ReplyRefused(RefusedReply.LATE);
    }

    private void refuse(RefusedReply reason) {
        refused.count(reason);
        if (!episodes.computeIfAbsent(reason, first -> new Episode()).begins(clock.millis())) {
            return;
        }
        String link = kind.of(server);
        switch (reason) {
            case NO_MESSAGE_AUTHENTICATOR ->
                LOG.warn(
                        "Replies of RADIUS {} are refused: they carry no Message-Authenticator and could be forged"
                                + " (CVE-2024-3596). Let the server send it, or set require_message_authenticator=false"
                                + " for this server where nobody else reaches the network between",
                        link);
            case WRONG_AUTHENTICATOR, WRONG_MESSAGE_AUTHENTICATOR ->
                LOG.warn(
                        "Replies of RADIUS {} are refused: they are not signed with our secret. Check the secret on"
                                + " both sides; if it is the same, somebody forges replies",
                        link);
            default -> LOG.debug("A reply of RADIUS {} is refused: {}", link, reason.label());
        }
    }

    CounterSet<RefusedReply> refused() {
        return refused;
    }
}
