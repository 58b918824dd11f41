package sluice.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
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
import sluice.session.api.PppLink;
import sluice.session.api.ProtocolState;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionView;
import sluice.session.api.Step;
import sluice.session.api.Stray;
import sluice.session.api.TerminateCause;
import sluice.session.api.TimerName;
import sluice.session.api.Welcome;

/**
 * As little of PPPoE as goes through what the engine does for it. A frame is an operation, a session id and a text; an
 * answer is a frame of the same form.
 */
final class DialProtocol implements AccessProtocol {

    /** PADI, without a session. */
    static final char LOOK = 'I';
    /** PADO. */
    static final char FOUND = 'O';
    /** PADR: the session begins. */
    static final char DIAL = 'R';
    /** PADS. */
    static final char DIALLED = 'S';
    /** The subscriber says who he is: the text is his name. */
    static final char PROVE = 'C';
    /** He is accepted; the text is the proof of the server. */
    static final char PROVED = 'Y';
    /** He is refused; the text is why. */
    static final char REFUSED = 'N';
    /** IPCP. */
    static final char ADDRESS = '4';
    /** IPv6CP. */
    static final char SIX = '6';
    /** The end of IPCP; IPv6 goes on. */
    static final char NO_ADDRESS = '0';
    /** The end of IPv6CP; IPv4 goes on. */
    static final char NO_SIX = '1';
    /** PADT, either way; the text is why. */
    static final char END = 'T';
    /** LCP Terminate-Request. */
    static final char TERMINATE = 'Q';
    /** LCP Echo-Request; the answer's text says how many packets came from the subscriber. */
    static final char ECHO = 'E';

    static final TimerName ALIVE = new TimerName("echo");

    private static final List<VlanTag> TAGS =
            List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(7)));

    /** What LCP agreed on. */
    PppLink link = new PppLink(0x1234_5678, 1492);

    /** How long it waits before it answers who looks for it. */
    Duration delay = Duration.ZERO;

    /** All that it was told. */
    final List<Outcome> outcomes = new ArrayList<>();

    /** All that came without a session. */
    final List<Stray> strays = new ArrayList<>();

    /** @param echoes is lost with a kill */
    record State(String word, int echoes) implements ProtocolState {}

    static Frame frame(char operation, int id, int cvlan, long mac, String text) {
        return new Frame(
                0,
                new WireWriter(64)
                        .mac(MacAddress.BROADCAST)
                        .mac(new MacAddress(mac))
                        .u16(cvlan)
                        .u8(operation)
                        .u16(id)
                        .bytes(Bytes.utf8(text))
                        .toBytes());
    }

    static char operation(Frame frame) {
        return (char) frame.bytes().at(14);
    }

    static String text(Frame frame) {
        return frame.bytes().slice(17).toUtf8();
    }

    @Override
    public String name() {
        return "pppoe";
    }

    @Override
    public boolean accepts(FrameKind kind) {
        return kind == FrameKind.PPPOE;
    }

    @Override
    public SessionKey keyOf(Frame frame) throws MalformedPacket {
        WireReader in = new WireReader(frame.bytes());
        in.skip(6);
        MacAddress mac = in.mac();
        int cvlan = in.u16();
        in.skip(1);
        return new SessionKey(new LineId(frame.port(), 100, cvlan, Bytes.EMPTY, Bytes.EMPTY), mac, in.u16());
    }

    @Override
    public Welcome onStray(Stray stray, Frame frame, long now) {
        strays.add(stray);
        SessionKey key = stray.key();
        int cvlan = key.line().cvlan();
        return switch (operation(frame)) {
            case LOOK ->
                stray.refusal()
                        .<Welcome>map(reason -> new Welcome.Ignore("no session can begin"))
                        .orElseGet(() -> new Welcome.Answer(
                                List.of(frame(FOUND, 0, cvlan, key.mac().value(), text(frame))), delay));
            case DIAL -> Welcome.BEGIN;
            case END -> new Welcome.Ignore("PADT of no session");
            default ->
                new Welcome.Answer(
                        frame(END, key.pppoeSession(), cvlan, key.mac().value(), "unknown"));
        };
    }

    @Override
    public Step onFrame(SessionView session, Frame frame, long now) {
        return switch (operation(frame)) {
            case DIAL -> Step.to(new State("dialled", 0), answer(session, DIALLED, ""));
            case PROVE ->
                Step.stay(
                        session,
                        new Effect.Authenticate(
                                Optional.of(text(frame)),
                                Map.of(),
                                Optional.of(new Credentials.Chap(
                                        1, Bytes.adopt(new byte[16]), Bytes.adopt(new byte[16])))));
            case ADDRESS ->
                session.address().isPresent()
                        ? open(session)
                        : Step.stay(session, new Effect.RequestAddress(Optional.empty(), Optional.empty()));
            case SIX -> open(session);
            case NO_ADDRESS -> open(session, new PppLink(link.magic(), link.mru(), false, true), "none");
            case NO_SIX -> open(session, new PppLink(link.magic(), link.mru(), true, false), "four");
            case ECHO -> {
                OptionalLong received = session.received();
                State state = (State) session.state().orElseThrow();
                yield Step.to(
                        new State(state.word(), state.echoes() + 1),
                        answer(session, ECHO, received.isPresent() ? "" + received.getAsLong() : "none"),
                        new Effect.Arm(ALIVE, Duration.ofSeconds(90)));
            }
            case END -> Step.forget(new Effect.Close(TerminateCause.USER_REQUEST));
            default -> Step.unchanged(session);
        };
    }

    private Step open(SessionView session) {
        return open(
                session,
                link,
                session.address().map(grant -> grant.address().toString()).orElse("none"));
    }

    private static Step open(SessionView session, PppLink link, String text) {
        return Step.to(
                new State("open", 0),
                new Effect.Open(TAGS, session.key().mac(), link),
                answer(session, ADDRESS, text),
                new Effect.Arm(ALIVE, Duration.ofSeconds(90)));
    }

    @Override
    public Step onTimer(SessionView session, TimerName timer, long now) {
        return Step.forget(new Effect.Close(TerminateCause.LOST_CARRIER));
    }

    @Override
    public Step onOutcome(SessionView session, Outcome outcome, long now) {
        outcomes.add(outcome);
        return switch (outcome) {
            case Outcome.Accepted accepted ->
                Step.stay(
                        session,
                        answer(
                                session,
                                PROVED,
                                accepted.success().map(Bytes::toUtf8).orElse("")));
            case Outcome.AddressGranted granted -> open(session);
            case Outcome.Unanswered unanswered when session.isOpen() -> Step.unchanged(session);
            case Outcome.Disconnect disconnect ->
                Step.forget(
                        answer(session, TERMINATE, ""),
                        answer(session, END, disconnect.cause().toString()),
                        new Effect.Close(disconnect.cause()));
            case Outcome.Rejected rejected -> Step.forget(answer(session, REFUSED, rejected.message()));
            case Outcome.OpenFailed failed ->
                session.isOpen() ? Step.unchanged(session) : Step.forget(answer(session, END, failed.reason()));
            default -> Step.forget(answer(session, END, outcome.toString()));
        };
    }

    @Override
    public Bytes freeze(ProtocolState state) {
        return Bytes.utf8(((State) state).word());
    }

    @Override
    public ProtocolState thaw(Bytes bytes) throws IncompatibleState {
        return new State(bytes.toUtf8(), 0);
    }

    @Override
    public String describe(ProtocolState state) {
        return ((State) state).word();
    }

    @Override
    public Map<String, String> details(ProtocolState state) {
        return Map.of(INTERFACE_ID, "0011223344556677");
    }

    private static Effect answer(SessionView session, char operation, String text) {
        SessionKey key = session.key();
        return new Effect.Send(frame(
                operation, key.pppoeSession(), key.line().cvlan(), key.mac().value(), text));
    }
}
