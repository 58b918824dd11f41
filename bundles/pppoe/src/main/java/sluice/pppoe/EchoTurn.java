package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/** One step of the echoes of LCP (RFC 1661, 5.8), in both directions. Made for the step and thrown away behind it. */
final class EchoTurn {
    private static final int MAGIC_LENGTH = 4;

    private final Layer<LcpOptions> lcp;
    private final LinkContext context;
    private final List<LinkAction> actions = new ArrayList<>(3);

    private LineQuality quality;
    private boolean dead;

    EchoTurn(Layer<LcpOptions> lcp, LineQuality quality, LinkContext context) {
        this.lcp = lcp;
        this.quality = quality;
        this.context = context;
    }

    /**
     * What became of it.
     *
     * @param dead whether the peer did not answer for too long
     */
    record Result(LineQuality quality, List<LinkAction> actions, boolean dead) {
        Result {
            actions = List.copyOf(actions);
        }
    }

    /** Time for an Echo-Request. A peer whose packets come need not be asked whether it is there. */
    Result due() {
        if (!lcp.isOpened()) {
            return result();
        }
        OptionalLong received = context.received();
        boolean traffic = received.isPresent() && quality.received() >= 0 && received.getAsLong() != quality.received();
        if (traffic) {
            quality = quality.seen(received.getAsLong());
        } else {
            quality = received.isPresent() ? quality.from(received.getAsLong()) : quality;
            if (quality.pending()) {
                quality = quality.unheard();
                count(LinkCounter.ECHO_LOST);
            }
            dead = quality.missed() >= context.settings().echoMisses();
            if (!dead) {
                ask();
            }
        }
        actions.add(new LinkAction.Arm(LinkTimer.ECHO, context.settings().echo()));
        return result();
    }

    private void ask() {
        quality = quality.asked((quality.id() + 1) & 0xff);
        count(LinkCounter.ECHO_SENT);
        Bytes data = new WireWriter(MAGIC_LENGTH).i32(lcp.options().magic()).toBytes();
        transmit(new ControlPacket(ControlPacket.ECHO_REQUEST, quality.id(), data));
    }

    /** A packet of the peer that only LCP has; but for the echoes they want no answer. */
    Result receive(ControlPacket packet) throws MalformedPacket {
        switch (packet.code()) {
            case ControlPacket.ECHO_REQUEST -> onRequest(packet);
            case ControlPacket.ECHO_REPLY -> onReply(packet);
            default -> {
                // Discard-Request; Identification and Time-Remaining (RFC 1570)
            }
        }
        return result();
    }

    /** Answers the peer, unless what comes is our own. */
    private void onRequest(ControlPacket packet) throws MalformedPacket {
        if (!lcp.isOpened()) {
            count(LinkCounter.WRONG_PHASE);
        } else if (packet.data().length() < MAGIC_LENGTH) {
            count(LinkCounter.SHORT_ECHO);
        } else if (isOurs(packet)) {
            count(LinkCounter.LOOPS);
        } else {
            count(LinkCounter.ECHO_RECEIVED);
            Bytes data = new WireWriter(packet.data().length())
                    .i32(lcp.options().magic())
                    .bytes(packet.data().slice(MAGIC_LENGTH))
                    .toBytes();
            transmit(new ControlPacket(ControlPacket.ECHO_REPLY, packet.id(), data));
        }
    }

    private boolean isOurs(ControlPacket packet) throws MalformedPacket {
        int magic = lcp.options().magic();
        return magic != 0 && new WireReader(packet.data()).i32() == magic;
    }

    /** Many peers send our own magic number back; the identifier tells whether it is an answer. */
    private void onReply(ControlPacket packet) {
        if (packet.data().length() < MAGIC_LENGTH) {
            count(LinkCounter.SHORT_ECHO);
        } else if (lcp.isOpened() && quality.pending() && packet.id() == quality.id()) {
            quality = quality.heard();
            count(LinkCounter.ECHO_ANSWERED);
        } else {
            count(LinkCounter.STALE_ECHO);
        }
    }

    private void transmit(ControlPacket packet) {
        actions.add(new LinkAction.Transmit(packet.in(PppProtocol.LCP)));
    }

    private void count(LinkCounter counter) {
        actions.add(new LinkAction.Count(counter));
    }

    private Result result() {
        return new Result(quality, actions, dead);
    }
}
