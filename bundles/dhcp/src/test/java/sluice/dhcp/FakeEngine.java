package sluice.dhcp;

import java.time.Duration;
import java.util.ArrayList;
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
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressGrant;
import sluice.session.api.AddressRefusal;
import sluice.session.api.Authorization;
import sluice.session.api.Effect;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Network;
import sluice.session.api.Outcome;
import sluice.session.api.SessionKey;
import sluice.session.api.TerminateCause;
import sluice.testkit.ProtocolEngine;
import sluice.testkit.ProtocolSession;

/** A session engine in small: does what the protocol decides, with time moved by hand. */
final class FakeEngine extends ProtocolEngine<FakeEngine.Session> {
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
    DhcpServer server;
    Network network = NETWORK;
    Authorization authorization = Authorization.DEFAULT;
    Judge judge = Judge.ACCEPT;
    Optional<Duration> leaseLimit = Optional.empty();
    Optional<Duration> timeLeft = Optional.empty();
    boolean dataPlaneFails;
    int addressesMax = 100;

    FakeEngine() {
        this(new DhcpSettings(
                true,
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                DhcpSettings.RelayOption.TRUSTED,
                Optional.empty()));
    }

    FakeEngine(DhcpSettings settings) {
        super(0);
        server = new DhcpServer(settings, counters);
    }

    @Override
    protected AccessProtocol protocol() {
        return server;
    }

    /** A session as the engine keeps it. */
    final class Session extends ProtocolSession {
        private boolean quarantine;

        Session(SessionKey key) {
            super(nextId(), key, network);
        }

        @Override
        public Optional<Duration> timeLeft(long moment) {
            return timeLeft.or(() -> super.timeLeft(moment));
        }

        /** RADIUS is asked again and grants this; the engine knows no better than to remember it. */
        void grant(Authorization other) {
            granted = Optional.of(other);
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

    @Override
    public void advance(Duration time) {
        answers.clear();
        super.advance(time);
    }

    @Override
    public void tell(Session session, Outcome outcome) {
        answers.clear();
        frames.clear();
        super.tell(session, outcome);
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
        thawFor(next);
        server = next;
    }

    @Override
    protected Optional<Outcome> perform(Session session, Effect effect) {
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
            default -> throw new AssertionError("not of this engine: " + effect);
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

    @Override
    protected void forget(Session session) {
        if (session.open) {
            throw new AssertionError("an open session was forgotten and not closed");
        }
        free(session);
        sessions.remove(session.key());
    }

    private void answered(Frame frame) {
        try {
            frames.add(frame);
            answers.add(Cpe.Answer.of(frame));
        } catch (MalformedPacket e) {
            throw new AssertionError("the server sent what nobody can read", e);
        }
    }
}
