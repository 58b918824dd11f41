package sluice.pppoe;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import sluice.net.MalformedPacket;

/**
 * The network protocols in one step of a link: IPCP with the address that it needs, IPv6CP, and whether packets pass.
 * Made for the step and thrown away behind it. All but {@link #down} is for the network phase.
 */
final class NetworkTurn {
    private final LinkContext context;
    private final LinkSettings settings;
    private final Supplier<LcpOptions> agreed;
    private final LinkActions actions;

    private Layer<IpcpOptions> ipcp;
    private Layer<Ipv6cpOptions> ipv6cp;
    private boolean awaitsAddress;
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
            awaitsAddress = ipcp.options().address().isAny();
            if (!awaitsAddress) {
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

    void addressGranted(LinkEvent.AddressGranted granted) {
        if (awaitsAddress) {
            awaitsAddress = false;
            ipcp = ipcp.with(IpcpOptions.begin(granted));
            startIpcp();
        }
    }

    void addressRefused() {
        if (awaitsAddress) {
            awaitsAddress = false;
            failUnlessAlive(LinkEnd.NO_ADDRESS);
        }
    }

    /** Takes a frame of IPCP; false when it is to be rejected, since this link has no IPv4. */
    boolean onIpcp(PppFrame frame) throws MalformedPacket {
        if (awaitsAddress) {
            actions.count(LinkCounter.WRONG_PHASE);
        } else if (ipcp.state() == AutomatonState.INITIAL) {
            return false;
        } else {
            onIpcp(ControlPacket.decode(frame.information()));
        }
        return true;
    }

    /**
     * A peer that comes back to IPCP, whose address was released, has to wait for another; its next request is judged.
     */
    private void onIpcp(ControlPacket packet) throws MalformedPacket {
        boolean comesBack = ipcp.state() == AutomatonState.STOPPED && packet.code() == ControlPacket.CONFIGURE_REQUEST;
        if (comesBack && ipcp.options().address().isAny()) {
            awaitsAddress = true;
            actions.count(LinkCounter.WRONG_PHASE);
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
        ipcp = step.layer();
        apply(step, LinkTimer.IPCP, LinkCounter.IPCP_OPENED);
        if (step.changes().contains(LayerStep.Change.FINISHED) && !open) {
            ipcp = ipcp.with(IpcpOptions.NONE);
            actions.add(new LinkAction.ReleaseAddress());
        }
        step.failure().ifPresent(end -> applyIpcp(LayerTurn.close(ipcp, end.text(), inner())));
    }

    private void applyIpv6cp(LayerStep<Ipv6cpOptions> step) {
        ipv6cp = step.layer();
        apply(step, LinkTimer.IPV6CP, LinkCounter.IPV6CP_OPENED);
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
        actions.addFirst(
                new LinkAction.Open(agreed.get().magic(), agreed.get().peerMru(), ipcp.isOpened(), ipv6cp.isOpened()));
        actions.add(new LinkAction.Disarm(LinkTimer.SETUP));
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
