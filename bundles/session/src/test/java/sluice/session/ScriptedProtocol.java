package sluice.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.LeaseTerms;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.api.AccessProtocol;
import sluice.session.api.Credentials;
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
 * The smallest protocol that goes through everything the engine does. A frame is {@code port}, an operation, C-VLAN,
 * MAC and circuit-id; answers are frames of the same form.
 */
final class ScriptedProtocol implements AccessProtocol {

    static final char DISCOVER = 'D';
    static final char OFFER = 'O';
    static final char REQUEST = 'R';
    static final char ACK = 'A';
    static final char RELEASE = 'E';
    static final char DECLINE = 'C';
    static final char REFUSED = 'N';
    static final char DEFECT = '!';

    static final TimerName OFFER_TIMER = new TimerName("offer");
    static final TimerName LEASE_TIMER = new TimerName("lease");
    static final Duration LEASE = Duration.ofHours(1);

    private static final List<VlanTag> TAGS =
            List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(7)));
    private static final Effect OFFLOAD = new Effect.Offload(new LeaseTerms(
            Ip4.parse("10.64.0.1"), LEASE, Optional.empty(), Optional.empty(), Bytes.EMPTY, Bytes.EMPTY, false));

    /** What it tells RADIUS of every subscriber. */
    static final Map<String, String> KNOWN = Map.of("DHCP-Hostname", "box");

    private static final int HEAD = 14;

    /** How subscribers prove themselves; empty: the line does. */
    Optional<Credentials> credentials = Optional.empty();

    /** What every frame costs. */
    Runnable work = () -> {};

    /** All that it was told. */
    final List<Outcome> outcomes = new ArrayList<>();

    record State(String word) implements ProtocolState {}

    /**
     * A frame from a subscriber, long enough to look like one and of ethertype DHCP is not needed: the kind is OTHER.
     */
    static Frame frame(char operation, int cvlan, long mac, String circuit) {
        return new Frame(
                0,
                new WireWriter(64)
                        .mac(MacAddress.BROADCAST)
                        .mac(new MacAddress(mac))
                        .u16(0x8100)
                        .u16(cvlan)
                        .u16(0x9999)
                        .u8(operation)
                        .bytes(Bytes.utf8(circuit))
                        .toBytes());
    }

    static char operation(Frame frame) {
        return (char) frame.bytes().at(HEAD + 4);
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public boolean accepts(FrameKind kind) {
        return kind == FrameKind.OTHER;
    }

    @Override
    public SessionKey keyOf(Frame frame) throws MalformedPacket {
        WireReader in = new WireReader(frame.bytes());
        in.skip(6);
        MacAddress mac = in.mac();
        in.skip(2);
        int cvlan = in.u16();
        in.skip(3);
        return new SessionKey(new LineId(frame.port(), 100, cvlan, in.rest(), Bytes.EMPTY), mac);
    }

    @Override
    public Step onFrame(SessionView session, Frame frame, long now) {
        work.run();
        return switch (operation(frame)) {
            case DISCOVER ->
                session.isOpen()
                        ? Step.stay(session, answer(session, OFFER))
                        : Step.to(new State("asking"), new Effect.Authenticate(KNOWN, credentials));
            case REQUEST ->
                session.isOpen()
                        ? Step.stay(session, new Effect.Extend(LEASE), answer(session, ACK), lease(), OFFLOAD)
                        : Step.to(
                                new State("bound"),
                                new Effect.Open(TAGS, session.key().mac(), LEASE),
                                answer(session, ACK),
                                new Effect.Disarm(OFFER_TIMER),
                                lease(),
                                OFFLOAD);
            case RELEASE -> Step.forget(new Effect.Close(TerminateCause.USER_REQUEST));
            case DECLINE -> Step.forget(new Effect.Quarantine(), new Effect.Close(TerminateCause.USER_ERROR));
            case DEFECT -> throw new IllegalStateException("as the test wants");
            default -> Step.unchanged(session);
        };
    }

    @Override
    public Step onTimer(SessionView session, TimerName timer, long now) {
        return timer.equals(LEASE_TIMER) ? Step.forget(new Effect.Close(TerminateCause.LOST_CARRIER)) : Step.forget();
    }

    @Override
    public Step onOutcome(SessionView session, Outcome outcome, long now) {
        outcomes.add(outcome);
        return switch (outcome) {
            case Outcome.Accepted accepted ->
                Step.stay(session, new Effect.RequestAddress(Optional.empty(), Optional.empty()));
            case Outcome.AddressGranted granted ->
                Step.to(
                        new State("offered"),
                        answer(session, OFFER),
                        new Effect.Arm(OFFER_TIMER, Duration.ofSeconds(30)));
            case Outcome.Disconnect disconnect -> Step.forget(new Effect.Close(disconnect.cause()));
            case Outcome.Unanswered unanswered when session.isOpen() -> Step.unchanged(session);
            default -> Step.forget(answer(session, REFUSED));
        };
    }

    @Override
    public Bytes freeze(ProtocolState state) {
        return Bytes.utf8("1" + ((State) state).word());
    }

    @Override
    public ProtocolState thaw(Bytes bytes) throws IncompatibleState {
        if (bytes.at(0) != '1') {
            throw new IncompatibleState("version " + bytes.at(0));
        }
        return new State(bytes.slice(1).toUtf8());
    }

    @Override
    public String describe(ProtocolState state) {
        return ((State) state).word();
    }

    private static Effect lease() {
        return new Effect.Arm(LEASE_TIMER, LEASE);
    }

    private static Effect answer(SessionView session, char operation) {
        SessionKey key = session.key();
        return new Effect.Send(frame(
                operation,
                key.line().cvlan(),
                key.mac().value(),
                session.address().map(grant -> grant.address().toString()).orElse("")));
    }
}
