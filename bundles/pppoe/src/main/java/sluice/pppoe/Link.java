package sluice.pppoe;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.net.MalformedPacket;
import sluice.session.api.AccessProtocol;

/**
 * A PPP link as its gateway sees it (RFC 1661, 3): LCP, authentication, IPCP and IPv6CP. Immutable and without clock or
 * thread: an event goes in, the next link and what is to be done come out.
 *
 * <pre>
 *  BEGUN --> ESTABLISH --LCP up--> AUTHENTICATE --accepted--> NETWORK --> TERMINATE --> DEAD
 *                ^                       | LCP down              | LCP down
 *                +-----------------------+-----------------------+
 * </pre>
 *
 * @param awaitsAddress whether IPCP waits for an address to give
 * @param open whether packets may pass, which a peer that negotiates anew does not change
 * @param ending why the link is about to end
 */
record Link(
        Phase phase,
        Layer<LcpOptions> lcp,
        Authentication authentication,
        Layer<IpcpOptions> ipcp,
        Layer<Ipv6cpOptions> ipv6cp,
        LineQuality quality,
        boolean awaitsAddress,
        boolean open,
        OptionalLong interfaceId,
        Optional<LinkEnd> ending) {

    /** The position is part of the frozen link. */
    enum Phase {
        BEGUN,
        ESTABLISH,
        AUTHENTICATE,
        NETWORK,
        TERMINATE,
        DEAD
    }

    /**
     * What became of a link.
     *
     * @param actions to be done in order; a {@link LinkAction.Close} is the last one, and so is a
     *     {@link LinkAction.NeedAddress}
     */
    record Step(Link link, List<LinkAction> actions) {
        Step {
            actions = List.copyOf(actions);
        }
    }

    /**
     * A link of a new PPPoE session, which waits for {@link LinkEvent.Begun}.
     *
     * @param mruLimit largest IP packet that discovery allows: 1492, or more with PPP-Max-Payload (RFC 4638)
     */
    static Link begin(int mruLimit, LinkContext context) {
        LayerContext inner = new LayerContext(context.settings(), context.random(), LcpOptions.MRU_DEFAULT);
        return new Link(
                Phase.BEGUN,
                Layer.begin(PppProtocol.LCP, LcpOptions.begin(mruLimit, inner)),
                Authentication.NONE,
                Layer.begin(PppProtocol.IPCP, IpcpOptions.NONE),
                Layer.begin(PppProtocol.IPV6CP, Ipv6cpOptions.NONE),
                LineQuality.UNKNOWN,
                false,
                false,
                OptionalLong.empty(),
                Optional.empty());
    }

    /**
     * What the event makes of the link. Never more than a handful of actions.
     *
     * @throws MalformedPacket when a frame cannot be understood; the link stays as it is
     */
    Step on(LinkEvent event, LinkContext context) throws MalformedPacket {
        return phase == Phase.DEAD ? new Step(this, List.of()) : new LinkTurn(this, context).perform(event);
    }

    /** The user name of the last proof. */
    Optional<String> userName() {
        return authentication.userName();
    }

    /** Largest IP packet that the peer takes, bytes. */
    int peerMru() {
        return lcp.options().peerMru();
    }

    /** Our magic number, 0 when the peer wanted none. */
    int magic() {
        return lcp.options().magic();
    }

    /** What the operator sees besides the stage, by names that stay. */
    Map<String, String> details() {
        Map<String, String> details = new HashMap<>();
        details.put(
                "authentication",
                authentication.method().map(AuthenticationMethod::id).orElse("none"));
        details.put("mru", Integer.toString(peerMru()));
        details.put("ipcp", ipcp.state().toString());
        details.put("ipv6cp", ipv6cp.state().toString());
        if (ipv6cp.isOpened()) {
            details.put(
                    AccessProtocol.INTERFACE_ID,
                    InterfaceId.digits(ipv6cp.options().peer()));
        }
        details.put("echo_sent", Long.toString(quality.sent()));
        details.put("echo_answered", Long.toString(quality.answered()));
        details.put("echo_lost", Long.toString(quality.lost()));
        return details;
    }

    /** What the operator sees: how far the link is. */
    String stage() {
        return switch (phase) {
            case BEGUN, ESTABLISH -> "lcp";
            case AUTHENTICATE -> "authentication";
            case NETWORK -> open ? "open" : "network";
            case TERMINATE -> "terminating";
            case DEAD -> "dead";
        };
    }
}
