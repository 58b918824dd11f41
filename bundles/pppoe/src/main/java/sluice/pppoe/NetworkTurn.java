package sluice.pppoe;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import sluice.net.MalformedPacket;

/**
 * The network protocols in one step of a link: IPCP with the address that it needs, IPv6CP, and whether packets pass.
 * One that ends while the link is open stops passing its packets, and may begin again; with the last one the link ends,
 * as pppd does it. Made for the step and thrown away behind it. All but {@link #down} is for the network phase.
 */
final class NetworkTurn {
    /** What an older session has is free when its end is on disk. */
    private static final Duration OLDER_ENDS = Duration.ofSeconds(1);

    private final LinkContext context;
    private final LinkSettings settings;
    private final Supplier<LcpOptions> agreed;
    private final LinkActions actions;

    private Layer<IpcpOptions> ipcp;
    private Layer<Ipv6cpOptions> ipv6cp;
    private boolean awaitsAddress;
    private boolean asksForAddress;
    private boolean open;
    private Optional<LinkEnd> failure = Optional.empty();

    /** @param agreed what LCP agreed on, as of the moment it is asked */
    NetworkTurn(Link before, LinkContext context, Supplier<LcpOptions> agreed, LinkActions actions) {
        this.context = context;
        this.settings = context.settings();
        this.agreed = agreed;
        this.actions = actions;
        this.ipcp = before.ipcp();
        this.ipv6cp = before.ipv6cp();
        this.awaitsAddress = before.awaitsAddress();
        this.open = before.open();
    }

    Layer<IpcpOptions> ipcp() {
        return ipcp;
    }

    Layer<Ipv6cpOptions> ipv6cp() {
        return ipv6cp;
    }

    boolean awaitsAddress() {
        return awaitsAddress;
    }

    /** Whether the address is to be asked for now. */
    boolean asksForAddress() {
        return asksForAddress && awaitsAddress;
    }

    boolean isOpen() {
        return open;
    }

    /** Why the link has to end: no network protocol is left, or none comes up. */
    Optional<LinkEnd> failure() {
        return failure;
    }

    /**
     * The peer is known, so it may negotiate.
     *
     * @param interfaceId that RADIUS gives it
     */
    void begin(OptionalLong interfaceId) {
        if (settings.families().hasIp6()) {
            if (ipv6cp.options().own() == 0) {
                ipv6cp = ipv6cp.with(Ipv6cpOptions.begin(interfaceId, inner()));
            }
            applyIpv6cp(LayerTurn.happen(ipv6cp, AutomatonEvent.OPEN, inner()));
            applyIpv6cp(LayerTurn.happen(ipv6cp, AutomatonEvent.UP, inner()));
        }
        if (settings.families().hasIp4()) {
            if (ipcp.options().address().isAny()) {
                awaitAddress();
            } else {
                startIpcp();
            }
        }
    }

    /** LCP is down. */
    void down() {
        awaitsAddress = false;
        applyIpcp(LayerTurn.happen(ipcp, AutomatonEvent.DOWN, inner()));
        applyIpv6cp(LayerTurn.happen(ipv6cp, AutomatonEvent.DOWN, inner()));
    }

    private void startIpcp() {
        applyIpcp(LayerTurn.happen(ipcp, AutomatonEvent.OPEN, inner()));
        applyIpcp(LayerTurn.happen(ipcp, AutomatonEvent.UP, inner()));
    }

    void addressGranted(LinkEvent.AddressGranted granted) throws MalformedPacket {
        if (awaitsAddress) {
            awaitsAddress = false;
            ipcp = ipcp.with(IpcpOptions.begin(granted));
            if (ipcp.state() == AutomatonState.STOPPED) {
                Layer.Agreement waiting = ipcp.agreement();
                onIpcp(new ControlPacket(ControlPacket.CONFIGURE_REQUEST, waiting.id(), waiting.options()));
            } else {
                startIpcp();
            }
        }
    }

    private void awaitAddress() {
        awaitsAddress = true;
        asksForAddress = true;
    }

    /**
     * There is no address. Before the link is open it asks again for one that is in use; later the peer does, by its
     * next request.
     */
    void addressRefused(boolean inUse) {
        if (awaitsAddress && inUse && !open) {
            actions.add(new LinkAction.Arm(LinkTimer.ADDRESS, OLDER_ENDS));
        } else if (awaitsAddress) {
            awaitsAddress = false;
            failUnlessAlive(LinkEnd.NO_ADDRESS);
        }
    }

    /** The older session may have ended. */
    void askForAddressAgain() {
        asksForAddress = true;
    }

    /** The link could not be opened, since an older session was in the way. */
    void openLater() {
        actions.add(new LinkAction.Arm(LinkTimer.OPEN, OLDER_ENDS));
    }

    /** The older session may have ended; a link that is negotiated anew meanwhile opens by that. */
    void openAgain() {
        if (open && (ipcp.isOpened() || ipv6cp.isOpened())) {
            changeWay();
        }
    }

    /** Takes a frame of IPCP. A peer for which there was no address gets one now, and its next request an answer. */
    void onIpcp(PppFrame frame) throws MalformedPacket {
        ControlPacket packet = ControlPacket.decode(frame.information());
        boolean isDown = ipcp.state() == AutomatonState.INITIAL;
        if (!awaitsAddress && !isDown) {
            onIpcp(packet);
        } else if (!awaitsAddress && packet.code() == ControlPacket.CONFIGURE_REQUEST) {
            awaitAddress();
        } else {
            actions.count(LinkCounter.WRONG_PHASE);
        }
    }

    /** A peer that wants IPv4 again gets an address first; its request waits meanwhile. */
    private void onIpcp(ControlPacket packet) throws MalformedPacket {
        boolean again = ipcp.state() == AutomatonState.STOPPED
                && ipcp.options().address().isAny()
                && packet.code() == ControlPacket.CONFIGURE_REQUEST;
        if (again) {
            PppOption.decodeAll(packet.data()); // one whose options lie waits for nothing
            ipcp = ipcp.withWaiting(packet);
            awaitAddress();
        } else {
            applyIpcp(LayerTurn.receive(ipcp, packet, inner()));
        }
    }

    void onIpv6cp(PppFrame frame) throws MalformedPacket {
        applyIpv6cp(LayerTurn.receive(ipv6cp, ControlPacket.decode(frame.information()), inner()));
    }

    /** The peer does not know IPCP. */
    void ipcpRejected() {
        applyIpcp(LayerTurn.happen(ipcp, AutomatonEvent.REJECT_FATAL, inner()));
    }

    /** The peer does not know IPv6CP. */
    void ipv6cpRejected() {
        applyIpv6cp(LayerTurn.happen(ipv6cp, AutomatonEvent.REJECT_FATAL, inner()));
    }

    void ipcpTimeout() {
        applyIpcp(LayerTurn.timeout(ipcp, inner()));
    }

    void ipv6cpTimeout() {
        applyIpv6cp(LayerTurn.timeout(ipv6cp, inner()));
    }

    private void applyIpcp(LayerStep<IpcpOptions> step) {
        boolean ends = isEnding(ipcp, step.layer());
        ipcp = step.layer();
        apply(step, LinkTimer.IPCP, LinkCounter.IPCP_OPENED);
        if (ends) {
            ipcp = ipcp.with(IpcpOptions.NONE);
            ended(LinkCounter.IPCP_ENDED);
        }
        if (ends && !open) {
            actions.add(new LinkAction.ReleaseAddress());
        }
        step.failure().ifPresent(end -> applyIpcp(LayerTurn.close(ipcp, end.text(), inner())));
    }

    private void applyIpv6cp(LayerStep<Ipv6cpOptions> step) {
        boolean ends = isEnding(ipv6cp, step.layer());
        ipv6cp = step.layer();
        apply(step, LinkTimer.IPV6CP, LinkCounter.IPV6CP_OPENED);
        if (ends) {
            ended(LinkCounter.IPV6CP_ENDED);
        }
        step.failure().ifPresent(end -> applyIpv6cp(LayerTurn.close(ipv6cp, end.text(), inner())));
    }

    private void apply(LayerStep<?> step, LinkTimer timer, LinkCounter opened) {
        actions.addAll(step, timer, settings.restart());
        for (LayerStep.Change change : step.changes()) {
            switch (change) {
                case UP -> {
                    actions.count(opened);
                    open();
                }
                case FINISHED -> failUnlessAlive(LinkEnd.NO_NETWORK);
                case DOWN, STARTED -> {}
            }
        }
    }

    private void open() {
        open = true;
        changeWay();
        actions.add(new LinkAction.Disarm(LinkTimer.SETUP));
    }

    private static boolean isEnding(Layer<?> before, Layer<?> after) {
        return before.state().isAlive() && !after.state().isAlive();
    }

    private void ended(LinkCounter counter) {
        if (open) {
            actions.count(counter);
            failUnlessAlive(LinkEnd.NO_NETWORK);
            if (failure.isEmpty()) {
                changeWay();
            }
        }
    }

    private void changeWay() {
        NetworkUse ip4 = awaitsAddress ? NetworkUse.COMING : NetworkUse.of(ipcp);
        actions.addFirst(new LinkAction.Open(agreed.get().magic(), agreed.get().peerMru(), ip4, NetworkUse.of(ipv6cp)));
    }

    private void failUnlessAlive(LinkEnd end) {
        if (!awaitsAddress && !ipcp.state().isAlive() && !ipv6cp.state().isAlive()) {
            failure = failure.or(() -> Optional.of(end));
        }
    }

    private LayerContext inner() {
        return new LayerContext(settings, context.random(), agreed.get().peerMru());
    }
}
