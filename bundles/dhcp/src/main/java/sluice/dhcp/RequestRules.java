package sluice.dhcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.session.api.AddressGrant;
import sluice.session.api.Effect;
import sluice.session.api.Network;
import sluice.session.api.SessionView;
import sluice.session.api.Step;
import sluice.session.api.TerminateCause;

/**
 * What the server does upon REQUEST (RFC 2131, 4.3.2).
 *
 * <pre>
 *              | of this client's address          | of another address         | no record
 *  selecting   | Open or Extend, ACK               | NAK                        | NAK when it was ours
 *  init-reboot | Extend, ACK                       | NAK                        | NAK when of a foreign network
 *  renewing    | Extend, ACK                       | NAK                        | NAK: nobody else was asked
 *  rebinding   | Extend, ACK                       | NAK                        | NAK when of a foreign network
 * </pre>
 *
 * <p>A client to which RADIUS granted another address meanwhile gets NAK where it would get ACK, and its session ends.
 *
 * <p>Without record and without reason for NAK the server is silent: another one may know the client. Every ACK stands
 * behind an Extend or Open, also the repeated one, so that none leaves before the lease is durable.
 */
final class RequestRules {
    private final DhcpSettings settings;
    private final DhcpCounters counters;
    private final DhcpAnswers answers;

    RequestRules(DhcpSettings settings, DhcpCounters counters, DhcpAnswers answers) {
        this.settings = settings;
        this.counters = counters;
        this.answers = answers;
    }

    Step onRequest(SessionView session, DhcpRequest request, long now) {
        DhcpRequest.Kind kind = request.kind();
        if (kind == DhcpRequest.Kind.UNCLEAR) {
            return ignored(session, DhcpCounter.NO_REQUESTED_ADDRESS);
        }
        counters.count(counterOf(kind));
        if (request.server().isPresent()
                && !answers.isOurs(session, request.server().get())) {
            return onOtherServer(session);
        }
        if (session.state().isEmpty() || !(session.state().get() instanceof DhcpState state)) {
            return unknown(session, request, kind);
        }
        return switch (state) {
            case DhcpState.Bound bound -> bound(session, request, now);
            case DhcpState.Offered offered when kind == DhcpRequest.Kind.SELECTING -> bound(session, request, now);
            case DhcpState.Offered offered -> unknown(session, request, kind);
            case DhcpState.Authenticating authenticating -> ignored(session, DhcpCounter.WHILE_AUTHENTICATING);
        };
    }

    /**
     * The client took the offer of another server (RFC 2131, 3.1, 4): ours is free again. A lease stays until it ends.
     */
    private Step onOtherServer(SessionView session) {
        if (session.state().isPresent() && session.state().get() instanceof DhcpState.Offered) {
            counters.count(DhcpCounter.OFFER_DECLINED);
            return Step.forget(new Effect.ReleaseAddress());
        }
        return ignored(session, DhcpCounter.OTHER_SERVER);
    }

    private Step bound(SessionView session, DhcpRequest request, long now) {
        Optional<AddressGrant> held = session.address();
        if (held.isEmpty()) {
            return Step.forget();
        }
        AddressGrant grant = held.get();
        if (!grant.address().equals(request.address())) {
            return nak(session, request, "not your address");
        }
        if (mustMove(session)) {
            return move(session, request);
        }
        Terms terms = answers.terms(session, request, grant.network(), now);
        Effect arm = new Effect.Arm(DhcpServer.LEASE_TIMER, terms.lease());
        Effect ack = answers.ack(request, grant, terms);
        List<Effect> effects = new ArrayList<>();
        if (session.isOpen()) {
            effects.addAll(List.of(new Effect.Extend(terms.lease()), arm, ack));
            answers.offload(request, grant, terms).ifPresent(effects::add);
            return new Step(Optional.of(new DhcpState.Bound()), effects);
        }
        MacAddress nextHop = request.isRelayed()
                ? request.ethernet().source()
                : request.message().chaddr();
        Effect open = new Effect.Open(DhcpReply.tags(request), nextHop, terms.lease());
        Effect disarm = new Effect.Disarm(DhcpServer.OFFER_TIMER);
        effects.addAll(List.of(open, disarm, arm, ack));
        answers.offload(request, grant, terms).ifPresent(effects::add);
        return new Step(Optional.of(new DhcpState.Bound()), effects);
    }

    /** Whether RADIUS has granted the client another address or pool while it had this one. */
    boolean mustMove(SessionView session) {
        return session.isOpen() && !session.hasGrantedAddress();
    }

    /** Ends the session, so that the client gets the other address in its next one. */
    Step move() {
        counters.count(DhcpCounter.MOVED);
        return Step.forget(new Effect.Close(TerminateCause.NAS_REQUEST));
    }

    /** As {@link #move()}, of a client that is told to begin anew (RFC 2131, 4.3.2). */
    private Step move(SessionView session, DhcpRequest request) {
        Optional<Ip4> server = answers.identity(session, request, request.address());
        Step end = move();
        return server.map(identity ->
                        Step.forget(end.effects().getFirst(), answers.nak(request, identity, "another address")))
                .orElse(end);
    }

    private Step unknown(SessionView session, DhcpRequest request, DhcpRequest.Kind kind) {
        boolean refuse = switch (kind) {
            case SELECTING -> true;
            case RENEWING -> settings.authoritative();
            case INIT_REBOOT, REBINDING -> settings.authoritative() && isForeign(session, request);
            case UNCLEAR -> false;
        };
        return refuse ? nak(session, request, "no such lease") : ignored(session, DhcpCounter.NO_RECORD);
    }

    /** True when the address cannot be right where the client is, whoever else may know the client. */
    private static boolean isForeign(SessionView session, DhcpRequest request) {
        Ip4 address = request.address();
        if (request.link().isPresent()) {
            Optional<Network> network = session.networkOf(request.link().get());
            return network.isPresent() && !network.get().prefix().contains(address);
        }
        return session.networkOf(address)
                .filter(network -> network.prefix().contains(address))
                .isEmpty();
    }

    private Step nak(SessionView session, DhcpRequest request, String reason) {
        return answers.identity(session, request, request.address())
                .map(server -> Step.stay(session, answers.nak(request, server, reason)))
                .orElseGet(() -> Step.unchanged(session));
    }

    private Step ignored(SessionView session, DhcpCounter reason) {
        counters.count(reason);
        return Step.unchanged(session);
    }

    private static DhcpCounter counterOf(DhcpRequest.Kind kind) {
        return switch (kind) {
            case SELECTING -> DhcpCounter.REQUEST_SELECTING;
            case INIT_REBOOT -> DhcpCounter.REQUEST_INIT_REBOOT;
            case RENEWING -> DhcpCounter.REQUEST_RENEWING;
            case REBINDING -> DhcpCounter.REQUEST_REBINDING;
            case UNCLEAR -> DhcpCounter.NO_REQUESTED_ADDRESS;
        };
    }
}
