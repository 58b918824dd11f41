package sluice.pppoe;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MalformedPacket;
import sluice.session.api.AddressGrant;
import sluice.session.api.AddressRefusal;
import sluice.session.api.Authorization;
import sluice.session.api.Effect;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Network;
import sluice.session.api.Outcome;
import sluice.session.api.ProtocolState;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionView;
import sluice.session.api.Step;
import sluice.session.api.Stray;
import sluice.session.api.TerminateCause;
import sluice.session.api.TimerName;
import sluice.session.api.Welcome;

/**
 * Does what the server decides, in one thread and with time moved by hand. Frames of the server wait in {@link #sent}.
 */
final class FakeEngine {
    static final Ip4 ADDRESS = Ip4.parse("10.64.0.5");
    static final Network NETWORK = new Network(
            "home",
            Ip4Prefix.parse("10.64.0.0/22"),
            Ip4.parse("10.64.0.1"),
            List.of(Ip4.parse("192.0.2.53"), Ip4.parse("192.0.2.54")),
            Optional.empty(),
            List.of(),
            Duration.ofDays(1),
            Map.of());

    final PppoeCounters counters = new PppoeCounters();
    final Negotiations negotiations = new Negotiations(InstantSource.fixed(java.time.Instant.EPOCH));
    final Cookies cookies = new Cookies(new Random(7));
    final Deque<Frame> sent = new ArrayDeque<>();
    final List<Effect.Authenticate> questions = new ArrayList<>();
    final List<Effect.Open> opened = new ArrayList<>();
    final List<TerminateCause> closed = new ArrayList<>();
    final List<String> ignored = new ArrayList<>();
    final Map<SessionKey, Session> sessions = new LinkedHashMap<>();
    final PppoeSettings settings;
    PppoeServer server;
    Optional<Outcome> verdict = Optional.of(new Outcome.Accepted(Authorization.DEFAULT));
    Authorization authorization = Authorization.DEFAULT;
    boolean hasAddresses = true;
    boolean dataPlaneFails;
    OptionalLong received = OptionalLong.empty();
    private long now = 95_000;
    private long ids;

    FakeEngine(PppoeSettings settings) {
        this.settings = settings;
        this.server = another();
    }

    private PppoeServer another() {
        return new PppoeServer(settings, cookies, counters, negotiations, new Random(3));
    }

    /** A session as the engine keeps it. */
    final class Session implements SessionView {
        private final SessionId id = new SessionId(++ids);
        private final SessionKey key;
        private Optional<ProtocolState> state = Optional.empty();
        private Optional<Authorization> granted = Optional.empty();
        private Optional<AddressGrant> address = Optional.empty();
        private boolean open;
        private boolean moved;
        private final Map<TimerName, Long> timers = new HashMap<>();

        Session(SessionKey key) {
            this.key = key;
        }

        @Override
        public SessionId id() {
            return id;
        }

        @Override
        public SessionKey key() {
            return key;
        }

        @Override
        public Optional<ProtocolState> state() {
            return state;
        }

        @Override
        public Optional<Authorization> authorization() {
            return granted;
        }

        @Override
        public Optional<AddressGrant> address() {
            return address;
        }

        @Override
        public boolean hasGrantedAddress() {
            return !moved;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public OptionalLong received() {
            return open ? received : OptionalLong.empty();
        }

        @Override
        public Optional<Network> networkOf(Ip4 wanted) {
            return Optional.of(NETWORK);
        }

        /** RADIUS grants another address to the session that has one. */
        void move() {
            moved = true;
        }

        String stage() {
            return server.describe(state.orElseThrow());
        }
    }

    /** A frame comes from a subscriber. */
    void receive(Frame frame) {
        try {
            SessionKey key = server.keyOf(frame);
            Session session = sessions.get(key.pppoeSession() == 0 ? key : withoutIds(key));
            if (session == null) {
                meet(key, frame);
            } else {
                apply(session, server.onFrame(session, frame, now));
            }
        } catch (MalformedPacket counted) {
            ignored.add(counted.reason().label());
        }
    }

    private void meet(SessionKey key, Frame frame) {
        Stray stray = new Stray(key, sessions.size(), sessions.size(), sessions.size(), Optional.empty());
        switch (server.onStray(stray, frame, now)) {
            case Welcome.Begin begin -> {
                Session session = new Session(key);
                sessions.put(withoutIds(key), session);
                apply(session, server.onFrame(session, frame, now));
            }
            case Welcome.Answer answer -> sent.addAll(answer.frames());
            case Welcome.Ignore(String reason) -> ignored.add(reason);
        }
    }

    /** Only discovery names the line. */
    private static SessionKey withoutIds(SessionKey key) {
        return new SessionKey(
                new sluice.net.LineId(
                        key.line().port(), key.line().svlan(), key.line().cvlan(), Bytes.EMPTY, Bytes.EMPTY),
                key.mac(),
                key.pppoeSession());
    }

    /** Time passes; what is due happens in order. The subscriber hears nothing meanwhile. */
    void advance(Duration time) {
        long end = now + time.toMillis();
        while (true) {
            Optional<Session> next = sessions.values().stream()
                    .filter(session -> !session.timers.isEmpty())
                    .min((one, other) -> Long.compare(due(one), due(other)));
            if (next.isEmpty() || due(next.get()) > end) {
                now = end;
                return;
            }
            Session session = next.get();
            now = due(session);
            TimerName name = session.timers.entrySet().stream()
                    .filter(timer -> timer.getValue() == now)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            session.timers.remove(name);
            apply(session, server.onTimer(session, name, now));
        }
    }

    /** The engine tells the server something. */
    void tell(Session session, Outcome outcome) {
        if (outcome instanceof Outcome.Accepted accepted) {
            session.granted = Optional.of(accepted.authorization());
        }
        apply(session, server.onOutcome(session, outcome, now));
    }

    /** The journal failed: what was opened is taken down, then the protocol is told. */
    void withdraw(Session session) {
        session.open = false;
        tell(session, new Outcome.NotDurable("disk"));
    }

    Session only() {
        if (sessions.size() != 1) {
            throw new AssertionError(sessions.size() + " sessions, expected one");
        }
        return sessions.values().iterator().next();
    }

    /** Names of what is armed for the only session. */
    List<String> timers() {
        return only().timers.keySet().stream().map(TimerName::value).toList();
    }

    /** Every state goes through its frozen form, as by an upgrade. */
    void upgrade() throws IncompatibleState {
        PppoeServer next = another();
        for (Session session : sessions.values()) {
            session.state = Optional.of(next.thaw(server.freeze(session.state.orElseThrow())));
        }
        server = next;
    }

    private void apply(Session session, Step step) {
        session.state = step.next();
        for (Effect effect : step.effects()) {
            Optional<Outcome> outcome = perform(session, effect);
            if (outcome.isPresent()) {
                apply(session, server.onOutcome(session, outcome.get(), now));
                return;
            }
        }
        if (session.state.isEmpty() && sessions.containsValue(session)) {
            if (session.open || session.address.isPresent()) {
                throw new AssertionError("a session was forgotten and neither closed nor its address given back");
            }
            sessions.values().remove(session);
        }
    }

    private Optional<Outcome> perform(Session session, Effect effect) {
        switch (effect) {
            case Effect.Send send -> sent.add(send.frame());
            case Effect.Authenticate question -> {
                questions.add(question);
                verdict.filter(Outcome.Accepted.class::isInstance).ifPresent(accepted -> {
                    session.granted = Optional.of(((Outcome.Accepted) accepted).authorization());
                });
                return verdict;
            }
            case Effect.RequestAddress request -> {
                if (!hasAddresses) {
                    return Optional.of(new Outcome.AddressRefused(AddressRefusal.POOL_EXHAUSTED));
                }
                session.address = Optional.of(new AddressGrant(ADDRESS, NETWORK));
                return Optional.of(new Outcome.AddressGranted(session.address.get()));
            }
            case Effect.ReleaseAddress release -> session.address = Optional.empty();
            case Effect.Open open -> {
                if (dataPlaneFails) {
                    return Optional.of(new Outcome.OpenFailed("full"));
                }
                session.open = true;
                if (!open.link().orElseThrow().ip4()) {
                    session.address = Optional.empty();
                }
                opened.add(open);
            }
            case Effect.Close close -> {
                closed.add(close.cause());
                session.open = false;
                session.address = Optional.empty();
            }
            case Effect.Arm arm ->
                session.timers.put(arm.timer(), now + arm.after().toMillis());
            case Effect.Disarm disarm -> session.timers.remove(disarm.timer());
            case Effect.Quarantine none -> throw new AssertionError("PPPoE has no quarantine");
            case Effect.Extend none -> throw new AssertionError("PPPoE has no lease");
            case Effect.Offload none -> throw new AssertionError("PPPoE has no lease");
        }
        return Optional.empty();
    }

    private static long due(Session session) {
        return session.timers.values().stream().min(Long::compare).orElse(Long.MAX_VALUE);
    }
}
