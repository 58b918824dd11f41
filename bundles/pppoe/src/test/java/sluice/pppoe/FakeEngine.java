package sluice.pppoe;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressGrant;
import sluice.session.api.AddressRefusal;
import sluice.session.api.Authorization;
import sluice.session.api.Effect;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Network;
import sluice.session.api.Outcome;
import sluice.session.api.SessionKey;
import sluice.session.api.Stray;
import sluice.session.api.TerminateCause;
import sluice.session.api.Welcome;
import sluice.testkit.ProtocolEngine;
import sluice.testkit.ProtocolSession;

/**
 * Does what the server decides, in one thread and with time moved by hand. Frames of the server wait in {@link #sent}.
 */
final class FakeEngine extends ProtocolEngine<FakeEngine.Session> {
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
    final PppoeSettings settings;
    PppoeServer server;
    Optional<Outcome> verdict = Optional.of(new Outcome.Accepted(Authorization.DEFAULT));
    Authorization authorization = Authorization.DEFAULT;
    boolean hasAddresses = true;
    boolean dataPlaneFails;
    /** An older session has the address. */
    boolean addressIsInUse;
    /** An older session has a prefix, or the only place. */
    boolean placeIsInUse;

    OptionalLong received = OptionalLong.empty();

    FakeEngine(PppoeSettings settings) {
        super(95_000);
        this.settings = settings;
        this.server = another();
    }

    private PppoeServer another() {
        return new PppoeServer(settings, cookies, counters, negotiations, new Random(3));
    }

    @Override
    protected AccessProtocol protocol() {
        return server;
    }

    /** A session as the engine keeps it. */
    final class Session extends ProtocolSession {
        private boolean moved;

        Session(SessionKey key) {
            super(nextId(), key, NETWORK);
        }

        @Override
        public boolean hasGrantedAddress() {
            return !moved;
        }

        @Override
        public OptionalLong received() {
            return open ? received : OptionalLong.empty();
        }

        /** RADIUS grants another address to the session that has one. */
        void move() {
            moved = true;
        }

        String stage() {
            return server.describe(state().orElseThrow());
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

    /** Every state goes through its frozen form, as by an upgrade. */
    void upgrade() throws IncompatibleState {
        PppoeServer next = another();
        thawFor(next);
        server = next;
    }

    @Override
    protected void forget(Session session) {
        if (session.open || session.address.isPresent()) {
            throw new AssertionError("a session was forgotten and neither closed nor its address given back");
        }
        sessions.values().remove(session);
    }

    @Override
    protected Optional<Outcome> perform(Session session, Effect effect) {
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
                if (addressIsInUse) {
                    return Optional.of(new Outcome.AddressRefused(AddressRefusal.ADDRESS_IN_USE));
                }
                session.address = Optional.of(new AddressGrant(ADDRESS, NETWORK));
                return Optional.of(new Outcome.AddressGranted(session.address.get()));
            }
            case Effect.ReleaseAddress release -> session.address = Optional.empty();
            case Effect.Open open -> {
                if (dataPlaneFails) {
                    return Optional.of(new Outcome.OpenFailed("full"));
                }
                if (placeIsInUse) {
                    return Optional.of(new Outcome.OpenFailed("an older session", true));
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
            default -> throw new AssertionError("PPPoE has neither leases nor a quarantine: " + effect);
        }
        return Optional.empty();
    }
}
