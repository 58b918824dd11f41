package sluice.pppoe;

import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.session.api.TerminateCause;

/**
 * One step of a link: joins LCP, authentication and the network protocols, which follow each other. Made for the step
 * and thrown away behind it.
 */
final class LinkTurn {
    private static final int PROTOCOL_LENGTH = 2;

    private final LinkContext context;
    private final LinkSettings settings;
    private final LinkActions actions = new LinkActions();
    private final ProofTurn proof;
    private final NetworkTurn network;
    private final boolean wasOpen;

    private Link.Phase phase;
    private Layer<LcpOptions> lcp;
    private LineQuality quality;
    private Optional<LinkEnd> ending;

    LinkTurn(Link before, LinkContext context) {
        this.context = context;
        this.settings = context.settings();
        this.phase = before.phase();
        this.lcp = before.lcp();
        this.proof = new ProofTurn(before, context, () -> lcp.options(), actions);
        this.network = new NetworkTurn(before, context, () -> lcp.options(), actions);
        this.wasOpen = before.open();
        this.quality = before.quality();
        this.ending = before.ending();
    }

    Link.Step perform(LinkEvent event) throws MalformedPacket {
        switch (event) {
            case LinkEvent.Begun begun -> onBegun();
            case LinkEvent.Received(Bytes payload) -> onFrame(PppFrame.decode(payload));
            case LinkEvent.Due(LinkTimer timer) -> onTimer(timer);
            case LinkEvent.Accepted accepted -> inProof(() -> proof.accepted(accepted, isProving()));
            case LinkEvent.Rejected rejected -> inProof(() -> proof.rejected(rejected, isProving()));
            case LinkEvent.Unanswered unanswered -> inProof(() -> proof.unanswered(isProving()));
            case LinkEvent.AddressGranted granted -> onAddress(granted);
            case LinkEvent.AddressRefused(boolean inUse) -> inNetwork(() -> network.addressRefused(inUse));
            case LinkEvent.OpenRefused refused -> inNetwork(network::openLater);
            case LinkEvent.Terminate(TerminateCause cause) -> endNow(LinkEnd.ORDERED, cause);
        }
        if (network.isOpen() && !wasOpen && context.received().isPresent()) {
            quality = quality.from(context.received().getAsLong());
        }
        if (network.asksForAddress() && phase == Link.Phase.NETWORK) {
            actions.add(new LinkAction.NeedAddress());
        }
        return new Link.Step(link(), actions.inOrder());
    }

    private Link link() {
        return new Link(
                phase,
                lcp,
                proof.authentication(),
                network.ipcp(),
                network.ipv6cp(),
                quality,
                network.awaitsAddress(),
                network.isOpen(),
                proof.interfaceId(),
                ending);
    }

    private void onBegun() {
        if (phase == Link.Phase.BEGUN) {
            phase = Link.Phase.ESTABLISH;
            actions.add(new LinkAction.Arm(LinkTimer.SETUP, settings.setup()));
            applyLcp(LayerTurn.happen(lcp, AutomatonEvent.OPEN, inner()));
            applyLcp(LayerTurn.happen(lcp, AutomatonEvent.UP, inner()));
        }
    }

    private void onFrame(PppFrame frame) throws MalformedPacket {
        switch (frame.protocol()) {
            case PppProtocol.LCP -> onLcp(ControlPacket.decode(frame.information()));
            case PppProtocol.PAP, PppProtocol.CHAP -> onAuthentication(frame);
            case PppProtocol.IPCP -> onIpcp(frame);
            case PppProtocol.IPV6CP -> onIpv6cp(frame);
            case PppProtocol.IP4, PppProtocol.IP6 -> count(LinkCounter.DATA);
            default -> rejectProtocol(frame);
        }
    }

    private void onLcp(ControlPacket packet) throws MalformedPacket {
        switch (packet.code()) {
            case ControlPacket.PROTOCOL_REJECT -> onProtocolReject(packet);
            case ControlPacket.ECHO_REQUEST,
                    ControlPacket.ECHO_REPLY,
                    ControlPacket.DISCARD_REQUEST,
                    ControlPacket.IDENTIFICATION,
                    ControlPacket.TIME_REMAINING -> applyEcho(echo().receive(packet));
            default -> onAutomaton(packet);
        }
    }

    private void onAutomaton(ControlPacket packet) throws MalformedPacket {
        boolean opened = lcp.isOpened();
        LinkEnd end = packet.code() == ControlPacket.CODE_REJECT ? LinkEnd.PROTOCOL_REJECTED : LinkEnd.NO_ANSWER;
        applyLcp(LayerTurn.receive(lcp, packet, inner()), end);
        if ((opened || network.isOpen()) && packet.code() == ControlPacket.TERMINATE_REQUEST) {
            close(LinkEnd.PEER_TERMINATED, LinkEnd.PEER_TERMINATED.cause());
        } else if (opened && packet.code() == ControlPacket.CODE_REJECT && !lcp.isOpened()) {
            end(LinkEnd.PROTOCOL_REJECTED);
        }
    }

    private void applyLcp(LayerStep<LcpOptions> step) {
        applyLcp(step, LinkEnd.NO_ANSWER);
    }

    /** @param finished why the link is over when LCP is, and nothing else has ended it before */
    private void applyLcp(LayerStep<LcpOptions> step, LinkEnd finished) {
        lcp = step.layer();
        actions.addAll(step, LinkTimer.LCP, settings.restart());
        for (LayerStep.Change change : step.changes()) {
            switch (change) {
                case UP -> onLcpUp();
                case DOWN -> onLcpDown();
                case FINISHED -> {
                    LinkEnd end = ending.orElse(finished);
                    close(end, end.cause());
                }
                case STARTED -> {}
            }
        }
        step.failure().ifPresent(this::end);
    }

    private void onLcpUp() {
        phase = Link.Phase.AUTHENTICATE;
        count(LinkCounter.LCP_OPENED);
        quality = quality.restarted();
        actions.add(new LinkAction.Arm(LinkTimer.ECHO, settings.echo()));
        inProof(proof::begin);
    }

    private void onLcpDown() {
        proof.interrupt();
        network.down();
        actions.add(new LinkAction.Disarm(LinkTimer.ECHO));
        if (phase != Link.Phase.TERMINATE) {
            boolean proved = phase == Link.Phase.NETWORK;
            phase = Link.Phase.ESTABLISH;
            if (network.isOpen()) {
                count(LinkCounter.RENEGOTIATED);
                if (proved) { // who begins anew again and again has no more time than who does so once
                    actions.add(new LinkAction.Arm(LinkTimer.SETUP, settings.setup()));
                }
            }
        }
    }

    private void onAuthentication(PppFrame frame) throws MalformedPacket {
        if ((isProving() || phase == Link.Phase.NETWORK) && proof.uses(frame.protocol())) {
            proof.onFrame(frame);
            afterProof();
        } else {
            count(LinkCounter.WRONG_PHASE);
        }
    }

    private boolean isProving() {
        return phase == Link.Phase.AUTHENTICATE;
    }

    private void inProof(Runnable happening) {
        happening.run();
        afterProof();
    }

    private void afterProof() {
        proof.failure().ifPresent(this::end);
        if (proof.isPassed() && isProving()) {
            phase = Link.Phase.NETWORK;
            inNetwork(() -> network.begin(proof.interfaceId()));
        }
    }

    private void onIpcp(PppFrame frame) throws MalformedPacket {
        if (!settings.families().hasIp4()) {
            rejectProtocol(frame);
        } else if (phase != Link.Phase.NETWORK) {
            count(LinkCounter.WRONG_PHASE);
        } else {
            network.onIpcp(frame);
        }
        endWithoutNetwork();
    }

    private void onIpv6cp(PppFrame frame) throws MalformedPacket {
        if (!settings.families().hasIp6()) {
            rejectProtocol(frame);
        } else if (phase != Link.Phase.NETWORK) {
            count(LinkCounter.WRONG_PHASE);
        } else {
            network.onIpv6cp(frame);
        }
        endWithoutNetwork();
    }

    private void onAddress(LinkEvent.AddressGranted granted) throws MalformedPacket {
        if (phase == Link.Phase.NETWORK) {
            network.addressGranted(granted);
            endWithoutNetwork();
        }
    }

    /** Something that concerns the network protocols, and nothing before they may run. */
    private void inNetwork(Runnable happening) {
        if (phase == Link.Phase.NETWORK) {
            happening.run();
            endWithoutNetwork();
        }
    }

    private void endWithoutNetwork() {
        if (phase == Link.Phase.NETWORK) {
            network.failure().ifPresent(this::end);
        }
    }

    private void onTimer(LinkTimer timer) {
        switch (timer) {
            case LCP -> applyLcp(LayerTurn.timeout(lcp, inner()));
            case IPCP -> inNetwork(network::ipcpTimeout);
            case IPV6CP -> inNetwork(network::ipv6cpTimeout);
            case AUTHENTICATION -> inProof(proof::timeout);
            case RECHALLENGE -> {
                if (phase == Link.Phase.NETWORK) {
                    inProof(proof::challengeAgain);
                }
            }
            case ECHO -> applyEcho(echo().due());
            case ADDRESS -> inNetwork(network::askForAddressAgain);
            case OPEN -> inNetwork(network::openAgain);
            case SETUP -> onSetupOver();
        }
    }

    /**
     * How long a question may be open is not for the link to say: there is always an answer, if only that there is
     * none.
     */
    private void onSetupOver() {
        if (isProving() && proof.isAsking() && !network.isOpen()) {
            actions.add(new LinkAction.Arm(LinkTimer.SETUP, settings.setup()));
        } else if (phase != Link.Phase.NETWORK || !network.isOpen()) {
            LinkEnd end = late();
            endNow(end, end.cause());
        }
    }

    private LinkEnd late() {
        if (isProving() && proof.isUnheard()) {
            return LinkEnd.AUTHENTICATION_UNANSWERED;
        }
        return network.awaitsAddress() ? LinkEnd.NO_ADDRESS : LinkEnd.SETUP_TIMEOUT;
    }

    private EchoTurn echo() {
        return new EchoTurn(lcp, quality, context);
    }

    private void applyEcho(EchoTurn.Result result) {
        quality = result.quality();
        actions.addAll(result.actions());
        if (result.dead()) {
            endNow(LinkEnd.DEAD_PEER, LinkEnd.DEAD_PEER.cause());
        }
    }

    /** RFC 1661, 5.7. A peer without LCP or without what it agreed to prove itself with is none. */
    private void onProtocolReject(ControlPacket packet) throws MalformedPacket {
        if (packet.data().length() < PROTOCOL_LENGTH) {
            throw new MalformedPacket(PppFault.REJECT_TOO_SHORT, ControlPacket.HEADER_LENGTH);
        }
        if (!lcp.isOpened()) {
            count(LinkCounter.WRONG_PHASE);
            return;
        }
        int protocol = new WireReader(packet.data()).u16();
        switch (protocol) {
            case PppProtocol.LCP -> {
                applyLcp(LayerTurn.happen(lcp, AutomatonEvent.REJECT_FATAL, inner()));
                end(LinkEnd.PROTOCOL_REJECTED);
            }
            case PppProtocol.IPCP -> inNetwork(network::ipcpRejected);
            case PppProtocol.IPV6CP -> inNetwork(network::ipv6cpRejected);
            case PppProtocol.PAP, PppProtocol.CHAP -> {
                if (phase == Link.Phase.AUTHENTICATE) {
                    end(LinkEnd.PROTOCOL_REJECTED);
                }
            }
            default -> applyLcp(LayerTurn.happen(lcp, AutomatonEvent.REJECT_HARMLESS, inner()));
        }
    }

    /** RFC 1661, 5.7; before the network phase such packets are passed over in silence (3.4, 3.5). */
    private void rejectProtocol(PppFrame frame) {
        if (phase != Link.Phase.NETWORK || !lcp.isOpened()) {
            count(LinkCounter.WRONG_PHASE);
            return;
        }
        count(LinkCounter.PROTOCOL_REJECTS);
        Bytes whole = frame.encode();
        int room = inner().informationMax() - ControlPacket.HEADER_LENGTH;
        Bytes data = whole.slice(0, Math.min(whole.length(), room));
        transmit(new ControlPacket(ControlPacket.PROTOCOL_REJECT, lcp.nextId(), data));
        lcp = lcp.withIdTaken();
    }

    /** Says goodbye. An open link is over then; any other one waits for the peer's goodbye for a while. */
    private void end(LinkEnd end) {
        if (phase == Link.Phase.DEAD || phase == Link.Phase.TERMINATE && !network.isOpen()) {
            return;
        }
        ending = ending.or(() -> Optional.of(end));
        phase = Link.Phase.TERMINATE;
        applyLcp(LayerTurn.close(lcp, end.text(), inner()));
        if (network.isOpen() || lcp.state() == AutomatonState.CLOSED || lcp.state() == AutomatonState.STOPPED) {
            close(end, end.cause());
        }
    }

    private void endNow(LinkEnd end, TerminateCause cause) {
        if (phase != Link.Phase.TERMINATE) {
            phase = Link.Phase.TERMINATE;
            ending = Optional.of(end);
            applyLcp(LayerTurn.close(lcp, end.text(), inner()));
        }
        close(end, cause);
    }

    private void close(LinkEnd end, TerminateCause cause) {
        if (phase != Link.Phase.DEAD) {
            phase = Link.Phase.DEAD;
            ending = ending.or(() -> Optional.of(end));
            actions.close(end, cause);
        }
    }

    private LayerContext inner() {
        return new LayerContext(settings, context.random(), lcp.options().peerMru());
    }

    private void transmit(ControlPacket packet) {
        actions.add(new LinkAction.Transmit(packet.in(PppProtocol.LCP)));
    }

    private void count(LinkCounter counter) {
        actions.count(counter);
    }
}
