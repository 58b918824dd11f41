package sluice.dhcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.LeaseTerms;
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
import sluice.session.api.TerminateCause;
import sluice.session.api.TimerName;

/** A session engine in small: does what the protocol decides, with time moved by hand. */
final class FakeEngine {
    static final Network NETWORK = new Network(
            "home",
            Ip4Prefix.parse("10.64.0.0/22"),
            Ip4.parse("10.64.0.1"),
            List.of(Ip4.parse("192.0.2.53"), Ip4.parse("192.0.2.54")),
            Optional.of("example.net"),
            List.of(Ip4.parse("192.0.2.123")),
            Duration.ofDays(1),
            Map.of(
                    DhcpOption.DOMAIN_SEARCH,
                    Bytes.fromHex("076578616d706c65036e657400"),
                    DhcpOption.CLASSLESS_ROUTES,
                    Bytes.fromHex("18c000020a400001")));

    /** What is done with a question who a client is. */
    enum Judge {
        ACCEPT,
        REJECT,
        WAIT
    }

    final DhcpCounters counters = new DhcpCounters();
    final List<Cpe.Answer> answers = new ArrayList<>();
    final List<Frame> frames = new ArrayList<>();
    final List<TerminateCause> closed = new ArrayList<>();
    final List<Map<String, String>> questions = new ArrayList<>();
    final List<Effect.Open> opened = new ArrayList<>();
    final List<Duration> extended = new ArrayList<>();
    final List<LeaseTerms> offloaded = new ArrayList<>();
    final TreeSet<Ip4> quarantined = new TreeSet<>();
    final Map<Ip4, Session> addresses = new TreeMap<>();
    final Map<SessionKey, Session> sessions = new LinkedHashMap<>();
    DhcpServer server;
    Network network = NETWORK;
    Authorization authorization = Authorization.DEFAULT;
    Judge judge = Judge.ACCEPT;
    Optional<Duration> leaseLimit = Optional.empty();
    Optional<Duration> timeLeft = Optional.empty();
    boolean dataPlaneFails;
    int addressesMax = 100;
    private long now;
    private long ids;

    FakeEngine() {
        this(new DhcpSettings(
                true,
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                DhcpSettings.RelayOption.TRUSTED,
                Optional.empty()));
    }

    FakeEngine(DhcpSettings settings) {
        server = new DhcpServer(settings, counters);
    }

    /** A session as the engine keeps it. */
    final class Session implements SessionView {
        private final SessionId id = new SessionId(++ids);
        private final SessionKey key;
        private Optional<ProtocolState> state = Optional.empty();
        private Optional<Authorization> granted = Optional.empty();
        private Optional<AddressGrant> address = Optional.empty();
        private boolean open;
        private boolean quarantine;
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
        public Optional<Duration> timeLeft(long moment) {
            return timeLeft.or(() -> SessionView.super.timeLeft(moment));
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        /** RADIUS is asked again and grants this; the engine knows no better than to remember it. */
        void grant(Authorization other) {
            granted = Optional.of(other);
        }

        @Override
        public Optional<Network> networkOf(Ip4 wanted) {
            boolean known = wanted.isAny() || network.prefix().contains(wanted);
            return address.map(AddressGrant::network).or(() -> known ? Optional.of(network) : Optional.empty());
        }

        @Override
        public Optional<Duration> leaseLimit(Network of) {
            return leaseLimit;
        }
    }

    /** A frame comes; the answers to it, and only these, are in {@link #answers} afterwards. */
    void receive(Frame frame) {
        answers.clear();
        frames.clear();
        try {
            Session session = sessions.computeIfAbsent(server.keyOf(frame), Session::new);
            apply(session, server.onFrame(session, frame, now));
        } catch (MalformedPacket counted) {
            return;
        }
    }

    /** A frame comes that has exactly one answer. */
    Cpe.Answer ask(Frame frame) {
        receive(frame);
        return answer();
    }

    /** The one answer there is. */
    Cpe.Answer answer() {
        if (answers.size() != 1) {
            throw new AssertionError(answers.size() + " answers, expected one");
        }
        return answers.getFirst();
    }

    /** The client goes all the way to a lease. */
    Ip4 bind(Cpe cpe) {
        Ip4 address = ask(cpe.discover()).message().yiaddr();
        ask(cpe.select(Cpe.GATEWAY, address));
        return address;
    }

    /** Time passes; what is due happens in order. */
    void advance(Duration time) {
        answers.clear();
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

    /** An answer comes for the session on which the engine waits. */
    void tell(Session session, Outcome outcome) {
        answers.clear();
        frames.clear();
        if (outcome instanceof Outcome.Accepted accepted) {
            session.granted = Optional.of(accepted.authorization());
        }
        apply(session, server.onOutcome(session, outcome, now));
    }

    /** The journal failed: what was opened is taken down, then the protocol is told. */
    void withdraw(Session session) {
        session.open = false;
        session.timers.clear();
        tell(session, new Outcome.NotDurable("disk"));
    }

    Session only() {
        if (sessions.size() != 1) {
            throw new AssertionError(sessions.size() + " sessions, expected one");
        }
        return sessions.values().iterator().next();
    }

    /** Every state goes through its frozen form, as by an upgrade. */
    void upgrade() throws IncompatibleState {
        DhcpServer next = new DhcpServer(
                new DhcpSettings(
                        true,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(60),
                        DhcpSettings.RelayOption.TRUSTED,
                        Optional.empty()),
                counters);
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
        if (session.state.isEmpty()) {
            forget(session);
        }
    }

    private Optional<Outcome> perform(Session session, Effect effect) {
        switch (effect) {
            case Effect.Send send -> answered(send.frame());
            case Effect.Authenticate question -> {
                questions.add(question.attributes());
                return judged(session);
            }
            case Effect.RequestAddress request -> {
                return Optional.of(allocated(session, request));
            }
            case Effect.ReleaseAddress release -> free(session);
            case Effect.Quarantine quarantine -> session.quarantine = true;
            case Effect.Open open -> {
                if (dataPlaneFails) {
                    return Optional.of(new Outcome.OpenFailed("full"));
                }
                session.open = true;
                opened.add(open);
            }
            case Effect.Extend extend -> extended.add(extend.lease());
            case Effect.Offload offload -> offloaded.add(offload.terms());
            case Effect.Close close -> {
                closed.add(close.cause());
                session.open = false;
                free(session);
            }
            case Effect.Arm arm ->
                session.timers.put(arm.timer(), now + arm.after().toMillis());
            case Effect.Disarm disarm -> session.timers.remove(disarm.timer());
        }
        return Optional.empty();
    }

    private Optional<Outcome> judged(Session session) {
        return switch (judge) {
            case ACCEPT -> {
                session.granted = Optional.of(authorization);
                yield Optional.of(new Outcome.Accepted(authorization));
            }
            case REJECT -> Optional.of(new Outcome.Rejected("no such line"));
            case WAIT -> Optional.empty();
        };
    }

    private Outcome allocated(Session session, Effect.RequestAddress request) {
        if (addresses.size() >= addressesMax) {
            return new Outcome.AddressRefused(AddressRefusal.POOL_EXHAUSTED);
        }
        Optional<Ip4> fixed = session.granted.orElseThrow().addressing().address();
        Ip4 address = fixed.or(request::requested)
                .filter(wanted -> network.prefix().contains(wanted) && isFree(wanted))
                .orElseGet(this::firstFree);
        addresses.put(address, session);
        session.address = Optional.of(new AddressGrant(address, network));
        return new Outcome.AddressGranted(session.address.get());
    }

    private Ip4 firstFree() {
        Ip4 address = network.gateway().plus(1);
        while (!isFree(address)) {
            address = address.plus(1);
        }
        return address;
    }

    private boolean isFree(Ip4 address) {
        return !addresses.containsKey(address) && !quarantined.contains(address);
    }

    private void free(Session session) {
        session.address.ifPresent(grant -> {
            addresses.remove(grant.address());
            if (session.quarantine) {
                quarantined.add(grant.address());
            }
        });
        session.address = Optional.empty();
    }

    private void forget(Session session) {
        if (session.open) {
            throw new AssertionError("an open session was forgotten and not closed");
        }
        free(session);
        sessions.remove(session.key);
    }

    private void answered(Frame frame) {
        try {
            frames.add(frame);
            answers.add(Cpe.Answer.of(frame));
        } catch (MalformedPacket e) {
            throw new AssertionError("the server sent what nobody can read", e);
        }
    }

    private static long due(Session session) {
        return session.timers.values().stream().min(Long::compare).orElse(Long.MAX_VALUE);
    }
}
