package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.session.api.TerminateCause;

/**
 * One step of a link: joins LCP, authentication and the network protocols. Made for the step and thrown away behind it.
 */
final class LinkTurn {
    private static final int PROTOCOL_LENGTH = 2;

    private final LinkContext context;
    private final LinkSettings settings;
    private final List<LinkAction> actions = new ArrayList<>(6);

    private Link.Phase phase;
    private Layer<LcpOptions> lcp;
    private Authentication authentication;
    private Layer<IpcpOptions> ipcp;
    private Layer<Ipv6cpOptions> ipv6cp;
    private LineQuality quality;
    private boolean awaitsAddress;
    private boolean open;
    private OptionalLong interfaceId;
    private Optional<LinkEnd> ending;

    LinkTurn(Link before, LinkContext context) {
        this.context = context;
        this.settings = context.settings();
        this.phase = before.phase();
        this.lcp = before.lcp();
        this.authentication = before.authentication();
        this.ipcp = before.ipcp();
        this.ipv6cp = before.ipv6cp();
        this.quality = before.quality();
        this.awaitsAddress = before.awaitsAddress();
        this.open = before.open();
        this.interfaceId = before.interfaceId();
        this.ending = before.ending();
    }

    Link.Step perform(LinkEvent event) throws MalformedPacket {
        boolean awaitedBefore = awaitsAddress;
        switch (event) {
            case LinkEvent.Begun begun -> onBegun();
            case LinkEvent.Received(Bytes payload) -> onFrame(PppFrame.decode(payload));
            case LinkEvent.Due(LinkTimer timer) -> onTimer(timer);
            case LinkEvent.Accepted accepted -> onAccepted(accepted);
            case LinkEvent.Rejected rejected -> onVerdict(turn -> turn.rejected(rejected));
            case LinkEvent.Unanswered unanswered -> onVerdict(AuthenticationTurn::unanswered);
            case LinkEvent.AddressGranted granted -> onAddress(granted);
            case LinkEvent.AddressRefused refused -> onNoAddress();
            case LinkEvent.Terminate(TerminateCause cause) -> endNow(LinkEnd.ORDERED, cause);
        }
        if (awaitsAddress && !awaitedBefore && phase == Link.Phase.NETWORK) {
            actions.add(new LinkAction.NeedAddress());
        }
        Link link =
                new Link(phase, lcp, authentication, ipcp, ipv6cp, quality, awaitsAddress, open, interfaceId, ending);
        return new Link.Step(link, actions);
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
        applyLcp(LayerTurn.receive(lcp, packet, inner()));
        if (opened && packet.code() == ControlPacket.TERMINATE_REQUEST) {
            close(LinkEnd.PEER_TERMINATED, LinkEnd.PEER_TERMINATED.cause());
        } else if (opened && packet.code() == ControlPacket.CODE_REJECT && !lcp.isOpened()) {
            end(LinkEnd.PROTOCOL_REJECTED);
        }
    }

    private void applyLcp(LayerStep<LcpOptions> step) {
        lcp = step.layer();
        apply(step, LinkTimer.LCP);
        for (LayerStep.Change change : step.changes()) {
            switch (change) {
                case UP -> onLcpUp();
                case DOWN -> onLcpDown();
                case FINISHED -> {
                    LinkEnd end = ending.orElse(LinkEnd.NO_ANSWER);
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
        if (authentication.stage() != Authentication.Stage.ASKING) {
            applyAuthentication(turn().begin(lcp.options().method()));
        }
    }

    private void onLcpDown() {
        authentication = authentication.interrupted();
        awaitsAddress = false;
        applyIpcp(LayerTurn.happen(ipcp, AutomatonEvent.DOWN, inner()));
        applyIpv6cp(LayerTurn.happen(ipv6cp, AutomatonEvent.DOWN, inner()));
        for (LinkTimer timer : List.of(LinkTimer.AUTHENTICATION, LinkTimer.RECHALLENGE, LinkTimer.ECHO)) {
            actions.add(new LinkAction.Disarm(timer));
        }
        if (phase != Link.Phase.TERMINATE) {
            phase = Link.Phase.ESTABLISH;
            if (open) {
                count(LinkCounter.RENEGOTIATED);
                actions.add(new LinkAction.Arm(LinkTimer.SETUP, settings.setup()));
            }
        }
    }

    private void onAuthentication(PppFrame frame) throws MalformedPacket {
        boolean inUse = phase == Link.Phase.AUTHENTICATE || phase == Link.Phase.NETWORK;
        if (inUse
                && authentication
                        .method()
                        .filter(method -> method.protocol() == frame.protocol())
                        .isPresent()) {
            applyAuthentication(turn().receive(ControlPacket.decode(frame.information())));
        } else {
            count(LinkCounter.WRONG_PHASE);
        }
    }

    private void onAccepted(LinkEvent.Accepted accepted) {
        onVerdict(turn -> {
            interfaceId = accepted.interfaceId();
            return turn.accepted(accepted);
        });
    }

    /** An answer to a question that was asked before the peer began anew is none to the present one. */
    private void onVerdict(Function<AuthenticationTurn, AuthenticationTurn.Result> verdict) {
        if (authentication.superseded()) {
            authentication = authentication.discarded();
            if (phase == Link.Phase.AUTHENTICATE) {
                applyAuthentication(turn().begin(lcp.options().method()));
            }
        } else if (authentication.stage() == Authentication.Stage.ASKING) {
            applyAuthentication(verdict.apply(turn()));
        }
    }

    private void applyAuthentication(AuthenticationTurn.Result result) {
        authentication = result.next();
        actions.addAll(result.actions());
        if (result.failure().isPresent()) {
            end(result.failure().get());
        } else if (result.passed()) {
            boolean challenges = authentication
                    .method()
                    .filter(method -> method != AuthenticationMethod.PAP)
                    .isPresent();
            if (challenges && !settings.rechallenge().isZero()) {
                actions.add(new LinkAction.Arm(LinkTimer.RECHALLENGE, settings.rechallenge()));
            }
            if (phase == Link.Phase.AUTHENTICATE) {
                enterNetwork();
            }
        }
    }

    private void enterNetwork() {
        phase = Link.Phase.NETWORK;
        if (settings.families().hasIp6()) {
            if (ipv6cp.options().own() == 0) {
                ipv6cp = ipv6cp.with(Ipv6cpOptions.begin(interfaceId, inner()));
            }
            applyIpv6cp(LayerTurn.happen(ipv6cp, AutomatonEvent.OPEN, inner()));
            applyIpv6cp(LayerTurn.happen(ipv6cp, AutomatonEvent.UP, inner()));
        }
        if (settings.families().hasIp4()) {
            awaitsAddress = ipcp.options().address().isAny();
            if (!awaitsAddress) {
                startIpcp();
            }
        }
    }

    private void startIpcp() {
        applyIpcp(LayerTurn.happen(ipcp, AutomatonEvent.OPEN, inner()));
        applyIpcp(LayerTurn.happen(ipcp, AutomatonEvent.UP, inner()));
    }

    private void onAddress(LinkEvent.AddressGranted granted) {
        if (awaitsAddress && phase == Link.Phase.NETWORK) {
            awaitsAddress = false;
            ipcp = ipcp.with(IpcpOptions.begin(granted));
            startIpcp();
        }
    }

    private void onNoAddress() {
        if (awaitsAddress) {
            awaitsAddress = false;
            endWithoutNetwork(LinkEnd.NO_ADDRESS);
        }
    }

    private void onIpcp(PppFrame frame) throws MalformedPacket {
        if (!settings.families().hasIp4()) {
            rejectProtocol(frame);
        } else if (phase != Link.Phase.NETWORK || awaitsAddress) {
            count(LinkCounter.WRONG_PHASE);
        } else if (ipcp.state() == AutomatonState.INITIAL) {
            rejectProtocol(frame);
        } else {
            applyIpcp(LayerTurn.receive(ipcp, ControlPacket.decode(frame.information()), inner()));
        }
    }

    private void onIpv6cp(PppFrame frame) throws MalformedPacket {
        if (!settings.families().hasIp6()) {
            rejectProtocol(frame);
        } else if (phase != Link.Phase.NETWORK) {
            count(LinkCounter.WRONG_PHASE);
        } else {
            applyIpv6cp(LayerTurn.receive(ipv6cp, ControlPacket.decode(frame.information()), inner()));
        }
    }

    private void applyIpcp(LayerStep<IpcpOptions> step) {
        ipcp = step.layer();
        applyNetwork(step, LinkTimer.IPCP, LinkCounter.IPCP_OPENED);
        if (step.changes().contains(LayerStep.Change.FINISHED) && !open && phase == Link.Phase.NETWORK) {
            ipcp = ipcp.with(IpcpOptions.NONE);
            actions.add(new LinkAction.ReleaseAddress());
        }
        step.failure().ifPresent(end -> applyIpcp(LayerTurn.close(ipcp, end.text(), inner())));
    }

    private void applyIpv6cp(LayerStep<Ipv6cpOptions> step) {
        ipv6cp = step.layer();
        applyNetwork(step, LinkTimer.IPV6CP, LinkCounter.IPV6CP_OPENED);
        step.failure().ifPresent(end -> applyIpv6cp(LayerTurn.close(ipv6cp, end.text(), inner())));
    }

    private void applyNetwork(LayerStep<?> step, LinkTimer timer, LinkCounter opened) {
        apply(step, timer);
        for (LayerStep.Change change : step.changes()) {
            switch (change) {
                case UP -> {
                    count(opened);
                    openLink();
                }
                case FINISHED -> endWithoutNetwork(LinkEnd.NO_NETWORK);
                case DOWN, STARTED -> {}
            }
        }
    }

    private void openLink() {
        if (!open) {
            quality = context.received().isPresent()
                    ? quality.from(context.received().getAsLong())
                    : quality;
        }
        open = true;
        actions.addFirst(new LinkAction.Open(
                lcp.options().magic(), lcp.options().peerMru(), ipcp.isOpened(), ipv6cp.isOpened()));
        actions.add(new LinkAction.Disarm(LinkTimer.SETUP));
    }

    private void endWithoutNetwork(LinkEnd end) {
        if (phase == Link.Phase.NETWORK
                && !awaitsAddress
                && !ipcp.state().isAlive()
                && !ipv6cp.state().isAlive()) {
            end(end);
        }
    }

    private void onTimer(LinkTimer timer) {
        switch (timer) {
            case LCP -> applyLcp(LayerTurn.timeout(lcp, inner()));
            case IPCP -> applyIpcp(LayerTurn.timeout(ipcp, inner()));
            case IPV6CP -> applyIpv6cp(LayerTurn.timeout(ipv6cp, inner()));
            case AUTHENTICATION -> applyAuthentication(turn().timeout());
            case RECHALLENGE -> {
                if (phase == Link.Phase.NETWORK) {
                    applyAuthentication(turn().challengeAgain());
                }
            }
            case ECHO -> applyEcho(echo().due());
            case SETUP -> {
                if (phase != Link.Phase.NETWORK || !open) {
                    endNow(LinkEnd.SETUP_TIMEOUT, LinkEnd.SETUP_TIMEOUT.cause());
                }
            }
        }
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
            case PppProtocol.IPCP -> applyIpcp(LayerTurn.happen(ipcp, AutomatonEvent.REJECT_FATAL, inner()));
            case PppProtocol.IPV6CP -> applyIpv6cp(LayerTurn.happen(ipv6cp, AutomatonEvent.REJECT_FATAL, inner()));
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
        if (phase == Link.Phase.DEAD || phase == Link.Phase.TERMINATE && !open) {
            return;
        }
        ending = ending.or(() -> Optional.of(end));
        phase = Link.Phase.TERMINATE;
        applyLcp(LayerTurn.close(lcp, end.text(), inner()));
        if (open || lcp.state() == AutomatonState.CLOSED || lcp.state() == AutomatonState.STOPPED) {
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
            awaitsAddress = false;
            ending = ending.or(() -> Optional.of(end));
            actions.removeIf(action -> action instanceof LinkAction.Arm || action instanceof LinkAction.Disarm);
            actions.add(new LinkAction.Close(end, cause));
        }
    }

    private void apply(LayerStep<?> step, LinkTimer timer) {
        step.send().forEach(frame -> actions.add(new LinkAction.Transmit(frame)));
        step.counted().forEach(this::count);
        switch (step.timer()) {
            case ARM -> actions.add(new LinkAction.Arm(timer, settings.restart()));
            case DISARM -> actions.add(new LinkAction.Disarm(timer));
            case KEEP -> {}
        }
    }

    private LayerContext inner() {
        return new LayerContext(settings, context.random(), lcp.options().peerMru());
    }

    private AuthenticationTurn turn() {
        return new AuthenticationTurn(authentication, inner());
    }

    private void transmit(ControlPacket packet) {
        actions.add(new LinkAction.Transmit(packet.in(PppProtocol.LCP)));
    }

    private void count(LinkCounter counter) {
        actions.add(new LinkAction.Count(counter));
    }
}
