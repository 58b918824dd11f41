package sluice.dhcp;

import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.dataplane.api.Frame;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.dhcp.DhcpSettings.RelayOption;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressGrant;
import sluice.session.api.Effect;
import sluice.session.api.FrameKind;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Outcome;
import sluice.session.api.ProtocolState;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionView;
import sluice.session.api.Step;
import sluice.session.api.TerminateCause;
import sluice.session.api.TimerName;

/**
 * Brings IPoE subscribers up by DHCPv4 (RFC 2131). Decides only: from a message and the state of its session follow the
 * next state and what the engine is to do. Holds nothing of a session, so every shard may use it at the same time.
 */
@Component(configurationPid = "sluice.dhcp", service = AccessProtocol.class)
@Designate(ocd = DhcpServer.Config.class)
public final class DhcpServer implements AccessProtocol {
    static final TimerName OFFER_TIMER = new TimerName("offer");
    static final TimerName LEASE_TIMER = TimerName.LEASE;

    private final DhcpSettings settings;
    private final DhcpCounters counters;
    private final DhcpAnswers answers;
    private final RequestRules requests;

    /** What the operator can set, in {@code etc/sluice.dhcp.cfg}; two underscores here are one there. */
    @ObjectClassDefinition(name = "DHCPv4 server")
    @interface Config {
        @AttributeDefinition(description = "Tell clients that ask for an address of a foreign network (NAK)")
        boolean authoritative() default true;

        @AttributeDefinition(description = "Time for which an offered address is reserved, seconds", min = "1")
        int offer__seconds() default 30;

        @AttributeDefinition(
                description = "Shortest lease that is given because a client wishes it, seconds",
                min = "1")
        int lease__min__seconds() default 60;

        @AttributeDefinition(
                description = "Option 82: TRUSTED names the line, REQUIRED of clients without an address, or REFUSED")
        RelayOption relay__option() default RelayOption.TRUSTED;

        @AttributeDefinition(description = "Server identifier; empty: the gateway address of each network")
        String server__identifier() default "";
    }

    /** The server as the operator has configured it. */
    @Activate
    public DhcpServer(@Reference DhcpCounters counters, Config config) {
        this(DhcpSettings.of(config), counters);
    }

    DhcpServer(DhcpSettings settings, DhcpCounters counters) {
        this.settings = settings;
        this.counters = counters;
        this.answers = new DhcpAnswers(settings, counters);
        this.requests = new RequestRules(settings, counters, answers);
    }

    @Override
    public String name() {
        return "dhcp4";
    }

    @Override
    public boolean accepts(FrameKind kind) {
        return kind == FrameKind.DHCP4;
    }

    /** Line and hardware address; the client identifier (RFC 2132, 9.14) is echoed but names nobody here. */
    @Override
    public SessionKey keyOf(Frame frame) throws MalformedPacket {
        try {
            DhcpRequest request = DhcpRequest.decode(frame);
            boolean hasRelayOption = request.relayAgent().isPresent();
            if (settings.relayOption() == RelayOption.REFUSED && hasRelayOption) {
                throw new MalformedPacket(DhcpFault.RELAY_OPTION_REFUSED, 0);
            }
            boolean goesPastRelay = !request.message().ciaddr().isAny();
            if (settings.relayOption() == RelayOption.REQUIRED && !hasRelayOption && !goesPastRelay) {
                throw new MalformedPacket(DhcpFault.NO_RELAY_OPTION, 0);
            }
            return new SessionKey(request.line(), request.message().chaddr());
        } catch (MalformedPacket malformed) {
            counters.count(DhcpFault.counterOf(malformed));
            throw malformed;
        }
    }

    @Override
    public Step onFrame(SessionView session, Frame frame, long now) {
        DhcpRequest request;
        try {
            request = DhcpRequest.decode(frame);
        } catch (MalformedPacket malformed) {
            counters.count(DhcpFault.counterOf(malformed));
            return Step.unchanged(session);
        }
        return switch (request.message().type()) {
            case MessageType.DISCOVER -> onDiscover(session, request, frame, now);
            case MessageType.REQUEST -> requests.onRequest(session, request, now);
            case MessageType.DECLINE -> onDecline(session, request);
            case MessageType.RELEASE -> onRelease(session, request);
            case MessageType.INFORM -> onInform(session, request, now);
            default -> ignored(session, DhcpCounter.UNKNOWN_TYPE);
        };
    }

    /**
     * RFC 2131, 4.3.1. A client that has an offer or a lease is offered the same address again; one that is to have
     * another address now gets it when it repeats its message.
     */
    private Step onDiscover(SessionView session, DhcpRequest request, Frame frame, long now) {
        counters.count(DhcpCounter.DISCOVER);
        if (session.state().isEmpty() || !(session.state().get() instanceof DhcpState state)) {
            return Step.to(new DhcpState.Authenticating(frame), new Effect.Authenticate(ClientAttributes.of(request)));
        }
        Optional<AddressGrant> grant = session.address();
        return switch (state) {
            case DhcpState.Authenticating repeated -> {
                counters.count(DhcpCounter.WHILE_AUTHENTICATING);
                yield Step.to(new DhcpState.Authenticating(frame));
            }
            case DhcpState.Offered offered ->
                grant.isEmpty()
                        ? Step.forget()
                        : Step.to(offered, answers.offer(session, request, grant.get(), now), armOffer());
            case DhcpState.Bound bound when requests.mustMove(session) -> requests.move();
            case DhcpState.Bound bound ->
                grant.isEmpty() ? Step.forget() : Step.to(bound, answers.offer(session, request, grant.get(), now));
        };
    }

    /** RFC 2131, 4.3.3. Somebody else answers for the address, so nobody gets it for a while. */
    private Step onDecline(SessionView session, DhcpRequest request) {
        counters.count(DhcpCounter.DECLINE);
        Ip4 declined = request.requested().orElse(Ip4.ANY);
        if (!holds(session, declined)) {
            return ignored(session, session.address().isEmpty() ? DhcpCounter.NO_RECORD : DhcpCounter.WRONG_ADDRESS);
        }
        return session.isOpen()
                ? Step.forget(new Effect.Quarantine(), new Effect.Close(TerminateCause.LOST_SERVICE))
                : Step.forget(new Effect.Quarantine());
    }

    /** RFC 2131, 4.3.4. There is no answer. */
    private Step onRelease(SessionView session, DhcpRequest request) {
        counters.count(DhcpCounter.RELEASE);
        if (!holds(session, request.message().ciaddr())) {
            return ignored(session, session.address().isEmpty() ? DhcpCounter.NO_RECORD : DhcpCounter.WRONG_ADDRESS);
        }
        if (request.server().isPresent()
                && !answers.isOurs(session, request.server().get())) {
            return ignored(session, DhcpCounter.OTHER_SERVER);
        }
        return session.isOpen()
                ? Step.forget(new Effect.Close(TerminateCause.USER_REQUEST))
                : Step.forget(new Effect.ReleaseAddress());
    }

    /** RFC 2131, 4.3.5. The client has an address by other means and wants to know the rest. */
    private Step onInform(SessionView session, DhcpRequest request, long now) {
        counters.count(DhcpCounter.INFORM);
        Ip4 address = request.message().ciaddr();
        return session.networkOf(address)
                .filter(network -> network.prefix().contains(address))
                .map(network -> Step.stay(session, answers.inform(session, request, network, now)))
                .orElseGet(() -> ignored(session, DhcpCounter.NO_NETWORK));
    }

    @Override
    public Step onTimer(SessionView session, TimerName timer, long now) {
        if (session.state().isEmpty() || !(session.state().get() instanceof DhcpState state)) {
            return Step.forget();
        }
        if (timer.equals(OFFER_TIMER) && state instanceof DhcpState.Offered) {
            counters.count(DhcpCounter.OFFER_EXPIRED);
            return Step.forget(new Effect.ReleaseAddress());
        }
        if (timer.equals(LEASE_TIMER) && state instanceof DhcpState.Bound) {
            counters.count(DhcpCounter.LEASE_EXPIRED);
            return Step.forget(new Effect.Close(TerminateCause.LOST_CARRIER));
        }
        return Step.unchanged(session);
    }

    @Override
    public Step onOutcome(SessionView session, Outcome outcome, long now) {
        if (outcome instanceof Outcome.Disconnect disconnect) {
            return session.isOpen() ? Step.forget(new Effect.Close(disconnect.cause())) : Step.forget();
        }
        if (session.state().isEmpty() || !(session.state().get() instanceof DhcpState state)) {
            return Step.unchanged(session);
        }
        return switch (state) {
            case DhcpState.Authenticating authenticating ->
                onAdmission(session, authenticating.discover(), outcome, now);
            case DhcpState.Bound bound -> onFailure(session, outcome);
            case DhcpState.Offered offered -> Step.unchanged(session);
        };
    }

    private Step onAdmission(SessionView session, Frame discover, Outcome outcome, long now) {
        DhcpRequest request;
        try {
            request = DhcpRequest.decode(discover);
        } catch (MalformedPacket malformed) {
            counters.count(DhcpFault.counterOf(malformed));
            return Step.forget();
        }
        return switch (outcome) {
            case Outcome.Accepted accepted ->
                Step.stay(session, new Effect.RequestAddress(request.requested(), request.link()));
            case Outcome.AddressGranted granted ->
                Step.to(new DhcpState.Offered(), answers.offer(session, request, granted.grant(), now), armOffer());
            case Outcome.Rejected rejected -> dismissed(DhcpCounter.DENIED);
            case Outcome.AddressRefused refused -> dismissed(DhcpCounter.NO_ADDRESS);
            case Outcome.Unanswered unanswered -> dismissed(DhcpCounter.UNANSWERED);
            default -> Step.unchanged(session);
        };
    }

    /**
     * An ACK did not leave, and the client asks again by itself. What could not be opened stays reserved for that; what
     * could not be made durable was taken down again, and the client begins anew.
     */
    private Step onFailure(SessionView session, Outcome outcome) {
        return switch (outcome) {
            case Outcome.OpenFailed failed -> {
                counters.count(DhcpCounter.OPEN_FAILED);
                yield session.address().isEmpty() ? Step.forget() : Step.to(new DhcpState.Offered(), armOffer());
            }
            case Outcome.NotDurable failed -> {
                counters.count(DhcpCounter.NOT_DURABLE);
                yield session.isOpen() ? Step.unchanged(session) : Step.forget();
            }
            default -> Step.unchanged(session);
        };
    }

    @Override
    public Bytes freeze(ProtocolState state) {
        return FrozenState.freeze(state);
    }

    @Override
    public ProtocolState thaw(Bytes bytes) throws IncompatibleState {
        return FrozenState.thaw(bytes);
    }

    @Override
    public String describe(ProtocolState state) {
        return state instanceof DhcpState known ? known.label() : "unknown";
    }

    private Step dismissed(DhcpCounter reason) {
        counters.count(reason);
        return Step.forget();
    }

    private Step ignored(SessionView session, DhcpCounter reason) {
        counters.count(reason);
        return Step.unchanged(session);
    }

    private Effect armOffer() {
        return new Effect.Arm(OFFER_TIMER, settings.offerTime());
    }

    private static boolean holds(SessionView session, Ip4 address) {
        return session.address().isPresent()
                && session.address().get().address().equals(address);
    }
}
