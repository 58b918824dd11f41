package sluice.pppoe;

import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MalformedPacket;
import sluice.platform.api.HardwareProfile;
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressGrant;
import sluice.session.api.AddressRefusal;
import sluice.session.api.Authorization;
import sluice.session.api.Effect;
import sluice.session.api.FrameKind;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Outcome;
import sluice.session.api.ProtocolState;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionView;
import sluice.session.api.Step;
import sluice.session.api.Stray;
import sluice.session.api.TimerName;
import sluice.session.api.Welcome;

/**
 * Brings PPPoE subscribers up (RFC 2516; PPP, RFC 1661). Decides only: from a frame and the state of its session follow
 * the next state and what the engine is to do. Holds nothing of a session, so every shard may use it at the same time.
 */
@Component(configurationPid = "sluice.pppoe", service = AccessProtocol.class)
@Designate(ocd = PppoeServer.Config.class)
public final class PppoeServer implements AccessProtocol {
    private static final String INTERFACE_ID = "Framed-Interface-Id";

    private final PppoeSettings settings;
    private final PppoeCounters counters;
    private final Negotiations negotiations;
    private final Cookies cookies;
    private final Discovery discovery;
    private final LinkEffects links;
    private final List<PppoeProfile> profiles = new CopyOnWriteArrayList<>();

    /** What the operator can set, in {@code etc/sluice.pppoe.cfg}; two underscores here are one there. */
    @ObjectClassDefinition(name = "PPPoE server")
    @interface Config {
        @AttributeDefinition(
                required = false,
                description = "AC-Name, at most 64 bytes, also the name in CHAP challenges; empty: the bng_id of the"
                        + " hardware profile")
        String ac__name() default "";

        @AttributeDefinition(
                required = false,
                description =
                        "Service names that are served, separated by commas, at most 1024 bytes with 4 more for each;"
                                + " empty: every name")
        String service__names() default "";

        @AttributeDefinition(
                required = false,
                description = "PADO waits, by sessions being set up: SESSIONS:MILLISECONDS or SESSIONS:silent,"
                        + " for example 500:100, 1000:300, 2000:silent")
        String pado__delay() default "";

        @AttributeDefinition(
                description = "Sessions being set up from which on no other one begins; 0: no limit",
                min = "0")
        int max__starting() default 0;

        @AttributeDefinition(
                description = "Longest PPP payload that the access ports carry, bytes; above 1492 only for who asks"
                        + " with PPP-Max-Payload, and the ports need an MTU of 8 more",
                min = "576",
                max = "9000")
        int mru__max() default DiscoveryTerms.PAYLOAD_USUAL;

        @AttributeDefinition(description = "What subscribers are asked for, in this order: chap, ms-chap-v2, pap, none")
        String authentication() default "chap, ms-chap-v2, pap";

        @AttributeDefinition(
                description = "Network protocols",
                options = {
                    @Option(label = "IPv4", value = "ipv4"),
                    @Option(label = "IPv6", value = "ipv6"),
                    @Option(label = "Both", value = "dual")
                })
        String families() default "dual";

        @AttributeDefinition(
                description = "Time until a request of LCP, CHAP, IPCP or IPv6CP is repeated, milliseconds",
                min = "100")
        int restart__milliseconds() default 3000;

        @AttributeDefinition(description = "Configure-Requests without an answer", min = "1", max = "255")
        int configure__tries() default 10;

        @AttributeDefinition(description = "Terminate-Requests without an answer", min = "1", max = "255")
        int terminate__tries() default 2;

        @AttributeDefinition(description = "Configure-Naks before options are rejected", min = "1", max = "255")
        int nak__max() default 5;

        @AttributeDefinition(description = "Wrong passwords of PAP before the link ends", min = "1", max = "255")
        int pap__tries() default 1;

        @AttributeDefinition(description = "Time between challenges of an open link, seconds; 0: none", min = "0")
        int rechallenge__seconds() default 0;

        @AttributeDefinition(description = "Time between LCP echoes to a silent subscriber, seconds", min = "1")
        int echo__seconds() default 30;

        @AttributeDefinition(description = "Echoes without an answer until a session ends", min = "1", max = "255")
        int echo__misses() default 3;

        @AttributeDefinition(
                description = "Longest time until a session is open, seconds, less what waits for RADIUS;"
                        + " that of sluice.session ends it too",
                min = "5")
        int setup__seconds() default 50;
    }

    /** The server as the operator has configured it. */
    @Activate
    public PppoeServer(
            @Reference HardwareProfile hardware,
            @Reference Cookies cookies,
            @Reference PppoeCounters counters,
            @Reference Negotiations negotiations,
            Config config) {
        this(PppoeSettings.of(config, hardware.bngId()), cookies, counters, negotiations, new SecureRandom());
    }

    PppoeServer(
            PppoeSettings settings,
            Cookies cookies,
            PppoeCounters counters,
            Negotiations negotiations,
            RandomGenerator random) {
        this.settings = settings;
        this.counters = counters;
        this.negotiations = negotiations;
        this.cookies = cookies;
        this.discovery = new Discovery(cookies, counters);
        this.links = new LinkEffects(settings.link(), random, counters, negotiations);
    }

    /** Terms of some lines. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindProfile(PppoeProfile profile) {
        profiles.add(profile);
    }

    void unbindProfile(PppoeProfile profile) {
        profiles.remove(profile);
    }

    @Override
    public String name() {
        return "pppoe";
    }

    @Override
    public boolean accepts(FrameKind kind) {
        return kind == FrameKind.PPPOE;
    }

    /** Line, device, and the session id: that of the frame, or the one that a PADR will get. */
    @Override
    public SessionKey keyOf(Frame frame) throws MalformedPacket {
        try {
            PppoeFrame packet = PppoeFrame.decode(frame);
            return packet.code() == PppoeFrame.DATA
                    ? discovery.keyOf(packet)
                    : discovery.keyOf(packet, DiscoveryMessage.decode(packet));
        } catch (MalformedPacket malformed) {
            counters.count(malformed);
            throw malformed;
        }
    }

    @Override
    public Welcome onStray(Stray stray, Frame frame, long now) {
        try {
            PppoeFrame packet = PppoeFrame.decode(frame);
            DiscoveryTerms terms = termsOf(stray.key().line());
            return switch (packet.code()) {
                case PppoeFrame.PADI -> discovery.onPadi(terms, stray, packet, DiscoveryMessage.decode(packet), now);
                case PppoeFrame.PADR -> discovery.onPadr(terms, stray, packet, DiscoveryMessage.decode(packet), now);
                default -> discovery.onUnknown(packet);
            };
        } catch (MalformedPacket malformed) {
            counters.count(malformed);
            return new Welcome.Ignore(malformed.reason().label());
        }
    }

    @Override
    public Step onFrame(SessionView session, Frame frame, long now) {
        try {
            PppoeFrame packet = PppoeFrame.decode(frame);
            return switch (packet.code()) {
                case PppoeFrame.PADR -> onPadr(session, packet, DiscoveryMessage.decode(packet), now);
                case PppoeFrame.PADT -> onPadt(session, packet);
                case PppoeFrame.DATA -> onData(session, packet);
                default -> Step.unchanged(session);
            };
        } catch (MalformedPacket malformed) {
            counters.count(malformed);
            return Step.unchanged(session);
        }
    }

    /** RFC 2516, 5.3. A PADR that comes again is confirmed again until the session is open. */
    private Step onPadr(SessionView session, PppoeFrame packet, DiscoveryMessage padr, long now) {
        SessionKey key = session.key();
        DiscoveryTerms terms = termsOf(key.line());
        long opening = cookies.opening(padr.cookie(), padr.hostUniq());
        Optional<PppoeState> known = stateOf(session);
        if (known.isEmpty()) {
            note(session, packet);
            AccessLine access = AccessLine.of(padr);
            int payload = terms.payload(padr);
            PppoeState state =
                    new PppoeState(packet.tags(), opening, payload, access.attributes(), links.newLink(payload));
            return links.begin(session, state, confirmation(session, terms, packet, padr));
        }
        if (known.get().opening() == opening) {
            counters.count(PppoeCounter.PADR_REPEATED);
            return session.isOpen()
                    ? Step.unchanged(session)
                    : Step.stay(session, confirmation(session, terms, packet, padr));
        }
        if (cookies.check(padr.cookie(), key.line(), key.mac(), now) != Cookies.Verdict.GOOD) {
            counters.count(PppoeCounter.FORGED_COOKIE);
            return Step.unchanged(session);
        }
        return Step.stay(session, new Effect.Send(discovery.occupied(packet, padr)));
    }

    private Effect confirmation(SessionView session, DiscoveryTerms terms, PppoeFrame packet, DiscoveryMessage padr) {
        Bytes pads = discovery.pads(terms, padr);
        negotiations.note(session.id(), session.key(), false, PppoeFrame.PADS, pads);
        return new Effect.Send(packet.answer(PppoeFrame.PADS, session.key().pppoeSession(), pads));
    }

    private Step onPadt(SessionView session, PppoeFrame packet) {
        counters.count(PppoeCounter.PADT);
        note(session, packet);
        return links.ended(session, SessionEnd.PADT);
    }

    private Step onData(SessionView session, PppoeFrame packet) {
        Optional<PppoeState> state = stateOf(session);
        if (state.isEmpty()) {
            return Step.unchanged(session);
        }
        note(session, packet);
        return mustMove(session)
                ? links.end(session, state.get(), SessionEnd.MOVED)
                : links.step(session, state.get(), new LinkEvent.Received(packet.payload()));
    }

    @Override
    public Step onTimer(SessionView session, TimerName timer, long now) {
        Optional<PppoeState> state = stateOf(session);
        if (state.isEmpty()) {
            return Step.forget();
        }
        if (mustMove(session)) {
            return links.end(session, state.get(), SessionEnd.MOVED);
        }
        if (timer.equals(LinkEffects.NOTHING_TO_CARRY)) {
            return session.isOpen() ? Step.unchanged(session) : links.end(session, state.get(), SessionEnd.NO_PREFIX);
        }
        return LinkEffects.timer(timer)
                .map(due -> links.due(session, state.get(), due))
                .orElseGet(() -> Step.unchanged(session));
    }

    @Override
    public Step onOutcome(SessionView session, Outcome outcome, long now) {
        Optional<PppoeState> known = stateOf(session);
        if (known.isEmpty()) {
            return Step.unchanged(session);
        }
        PppoeState state = known.get();
        return switch (outcome) {
            case Outcome.Accepted accepted when mustMove(session) -> links.end(session, state, SessionEnd.MOVED);
            case Outcome.Accepted(Authorization granted, Optional<Bytes> success) ->
                links.step(
                        session, state, new LinkEvent.Accepted(granted.replyMessage(), success, interfaceId(granted)));
            case Outcome.Rejected(String message, Optional<Bytes> error) ->
                links.step(session, state, new LinkEvent.Rejected(Optional.of(message), error));
            case Outcome.Unanswered unanswered -> links.step(session, state, new LinkEvent.Unanswered());
            case Outcome.AddressGranted(AddressGrant grant) ->
                links.step(
                        session,
                        state,
                        new LinkEvent.AddressGranted(
                                grant.address(), grant.network().gateway(), nameServers(session, grant)));
            case Outcome.AddressRefused(AddressRefusal reason) ->
                links.step(session, state, new LinkEvent.AddressRefused(reason == AddressRefusal.ADDRESS_IN_USE));
            case Outcome.OpenFailed failed
            when failed.passing() -> links.step(session, state, new LinkEvent.OpenRefused());
            case Outcome.OpenFailed failed -> links.end(session, state, SessionEnd.OPEN_FAILED);
            case Outcome.NotDurable failed -> links.end(session, state, SessionEnd.NOT_DURABLE);
            case Outcome.Disconnect(var cause) -> links.step(session, state, new LinkEvent.Terminate(cause));
            default -> Step.unchanged(session);
        };
    }

    /**
     * Whether RADIUS has granted the subscriber another address or pool while it had this one; PPP cannot change it.
     */
    private static boolean mustMove(SessionView session) {
        return session.isOpen() && !session.hasGrantedAddress();
    }

    /** Those of RADIUS before those of the pool. */
    private static List<Ip4> nameServers(SessionView session, AddressGrant grant) {
        return session.authorization()
                .map(granted -> granted.addressing().dns())
                .filter(servers -> !servers.isEmpty())
                .orElse(grant.network().dns());
    }

    /** Framed-Interface-Id (RFC 3162, 2.2), if RADIUS sent one that is not zero. */
    private static OptionalLong interfaceId(Authorization granted) {
        return granted.other().getOrDefault(INTERFACE_ID, List.of()).stream()
                .findFirst()
                .map(InterfaceId::parse)
                .orElse(OptionalLong.empty());
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
        return state instanceof PppoeState known ? known.link().stage() : "unknown";
    }

    /** Line quality (RFC 1661, 5.8) since the session began or the gateway was upgraded, and what LCP agreed on. */
    @Override
    public Map<String, String> details(ProtocolState state) {
        return state instanceof PppoeState known ? known.link().details() : Map.of();
    }

    private DiscoveryTerms termsOf(LineId line) {
        return profiles.stream()
                .filter(profile -> profile.isOf(line))
                .min(Comparator.comparing(PppoeProfile::name))
                .map(profile -> profile.over(settings.discovery()))
                .orElse(settings.discovery());
    }

    private void note(SessionView session, PppoeFrame packet) {
        negotiations.note(session.id(), session.key(), true, packet.code(), packet.payload());
    }

    private static Optional<PppoeState> stateOf(SessionView session) {
        return session.state().filter(PppoeState.class::isInstance).map(PppoeState.class::cast);
    }
}
