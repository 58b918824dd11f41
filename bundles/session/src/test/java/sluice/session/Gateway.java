package sluice.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import sluice.dataplane.api.Frame;
import sluice.loop.Bell;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.platform.api.CounterSet;
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressGrant;
import sluice.session.api.AddressRefusal;
import sluice.session.api.AddressRequest;
import sluice.session.api.AddressSource;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authenticator;
import sluice.session.api.Authorization;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Network;
import sluice.session.api.Outcome;
import sluice.session.api.PrefixSource;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionQuery;
import sluice.session.api.TerminateCause;
import sluice.testkit.FakeDataPlane;
import sluice.testkit.FakeJournal;
import sluice.testkit.FakeLeases;
import sluice.testkit.FakePolicies;
import sluice.testkit.ManualClock;

/** One shard with everything around it, turned by hand: no threads, no waiting. */
final class Gateway {

    static final Network NETWORK = new Network(
            "residential",
            Ip4Prefix.parse("10.64.0.0/24"),
            Ip4.parse("10.64.0.1"),
            List.of(),
            Optional.empty(),
            List.of(),
            Duration.ofHours(1),
            Map.of());

    final ManualClock clock = new ManualClock();
    final FakeJournal journal = new FakeJournal();
    final FakeLeases leases = new FakeLeases(clock::millis);
    final FakeDataPlane dataPlane = new FakeDataPlane(leases);
    final Addresses addresses = new Addresses();
    final FakePolicies policies = new FakePolicies();
    final Radius radius = new Radius();
    final ScriptedProtocol protocol = new ScriptedProtocol();
    final DialProtocol dial = new DialProtocol();
    CounterSet<SessionCounter> counters = new CounterSet<>(SessionCounter.class);
    SessionShard shard;
    Protocols protocols = new Protocols();
    OutageSettings outages = OutageSettings.DEFAULT;
    LimitSettings limits = LimitSettings.perLine(4);
    RejectSettings rejects = new RejectSettings(Duration.ofSeconds(5), 0);
    List<Realm> realms = List.of();
    String userName = "{bng}/{remote-id}/{circuit-id}";
    SessionLimits.Places places = SessionLimits.Places.of(limits);
    Outage outage = new Outage(outages, journal, clock.wall(), clock.millis());
    String boot = "boot-1";
    StraySettings strays = new StraySettings(10, 100);
    PrefixDefaults prefixDefaults = PrefixDefaults.NONE;
    int interimsPerSecond = 1_000;

    Gateway() {
        shard = start();
    }

    /** As after kill -9: a new shard recovers from the store and the data plane. */
    void restart() {
        addresses.held.clear();
        addresses.prefixes.held.clear();
        shard = start();
    }

    /** As when a setting changes: the shard ends, another one begins, and the pools stay as they are. */
    void replace() {
        shard.end();
        shard = start();
    }

    /** As after kill -9 in the middle of a start, before a session was handed to its shard. */
    void dieWhileRecovering() {
        addresses.held.clear();
        addresses.prefixes.held.clear();
        try {
            new Recovery(surroundings(), journal, clock.millis()).run();
        } catch (sluice.dataplane.api.DataPlaneException e) {
            throw new IllegalStateException(e);
        }
    }

    private SessionShard start() {
        Surroundings with = surroundings();
        SessionShard fresh = new SessionShard(with, protocols, new Bell(), clock);
        outage.recover(journal);
        ProfileCache.stored(journal).forEach(fresh.degraded()::recover);
        try {
            for (Recovery.Recovered one : new Recovery(with, journal, clock.millis()).run()) {
                fresh.recover(one);
            }
        } catch (sluice.dataplane.api.DataPlaneException e) {
            throw new IllegalStateException(e);
        }
        return fresh;
    }

    /** The whole engine with its threads, in place of the shard; the caller closes it. */
    SessionEngine engine() {
        addresses.held.clear();
        addresses.prefixes.held.clear();
        return new SessionEngine(surroundings(), journal, dataPlane, clock, 1);
    }

    private Surroundings surroundings() {
        counters = new CounterSet<>(SessionCounter.class);
        protocols = new Protocols();
        protocols.add(protocol);
        protocols.add(dial);
        SessionSettings settings = new SessionSettings(
                "bng-01",
                true,
                new UserNameTemplate(userName, "bng-01", "example.net"),
                Duration.ofMinutes(5),
                Duration.ofHours(1),
                rejects,
                Duration.ofMinutes(1),
                1_000,
                100,
                50,
                interimsPerSecond,
                strays,
                prefixDefaults);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
        outage = new Outage(outages, journal, clock.wall(), clock.millis());
        places = SessionLimits.Places.of(limits);
        Realms told = new Realms(outages.others());
        realms.forEach(told::add);
        ShortLeases shortLeases = new ShortLeases(outages, outage, addresses);
        return new Surroundings(
                settings,
                dataPlane,
                dataPlane,
                journal,
                addresses,
                policies,
                () -> Optional.of(radius),
                clock.wall(),
                boot,
                random,
                new SessionIds(clock.wall().millis(), Recovery.largestId(journal)),
                counters,
                new Alone(outages, outage, told, shortLeases, journal, outages.profilesMax()),
                places);
    }

    /** Turns until nothing is left to do now. */
    void turn() {
        int work;
        do {
            work = shard.turn(clock.millis());
        } while (work > 0 || shard.inbox().size() > 0);
    }

    void advance(Duration time) {
        clock.advance(time);
        turn();
    }

    /** A frame comes, and everything that follows from it happens. */
    List<Frame> frame(char operation, int cvlan, long mac, String circuit) {
        arrive(operation, cvlan, mac, circuit);
        turn();
        return sent();
    }

    void arrive(char operation, int cvlan, long mac, String circuit) {
        arrive(protocol, ScriptedProtocol.frame(operation, cvlan, mac, circuit));
    }

    /** As {@link #frame}, of the protocol that dials. */
    List<Frame> dial(char operation, int id, int cvlan, long mac, String text) {
        dialArrives(operation, id, cvlan, mac, text);
        turn();
        return sent();
    }

    void dialArrives(char operation, int id, int cvlan, long mac, String text) {
        arrive(dial, DialProtocol.frame(operation, id, cvlan, mac, text));
    }

    private void arrive(AccessProtocol whose, Frame frame) {
        try {
            shard.inbox().offer(Mail.FRAMES, new Mail.Arrived(whose, whose.keyOf(frame), frame));
        } catch (sluice.net.MalformedPacket e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Brings a subscriber up. */
    Ip4 online(int cvlan, long mac) {
        return online(cvlan, mac, Authorization.DEFAULT);
    }

    /** Brings a subscriber up who was granted this. */
    Ip4 online(int cvlan, long mac, Authorization authorization) {
        frame(ScriptedProtocol.DISCOVER, cvlan, mac, "c" + cvlan);
        radius.accept(authorization);
        turn();
        List<Frame> answers = frame(ScriptedProtocol.REQUEST, cvlan, mac, "c" + cvlan);
        if (answers.isEmpty() || ScriptedProtocol.operation(answers.getLast()) != ScriptedProtocol.ACK) {
            throw new IllegalStateException("no ACK but " + answers);
        }
        return sessions().stream()
                .filter(info -> info.key().line().cvlan() == cvlan)
                .findFirst()
                .flatMap(SessionInfo::address)
                .orElseThrow();
    }

    /** Frames that were sent since the last call. */
    List<Frame> sent() {
        List<Frame> frames = new ArrayList<>();
        try {
            Optional<Frame> next = dataPlane.sent(Duration.ZERO);
            while (next.isPresent()) {
                frames.add(next.get());
                next = dataPlane.sent(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return frames;
    }

    List<SessionInfo> sessions() {
        CompletableFuture<List<SessionInfo>> reply = new CompletableFuture<>();
        shard.inbox().offer(Mail.CHORES, new Mail.Listed(info -> true, reply));
        turn();
        return reply.join();
    }

    CompletableFuture<CommandResult> disconnect(SessionId session) {
        return submit(new Command.Disconnect(session, TerminateCause.ADMIN_RESET));
    }

    CompletableFuture<CommandResult> submit(Command command) {
        CompletableFuture<CommandResult> reply = offer(command);
        turn();
        return reply;
    }

    /** Puts the command into the inbox and does not turn. */
    CompletableFuture<CommandResult> offer(Command command) {
        CompletableFuture<CommandResult> reply = new CompletableFuture<>();
        Mail.Commanded mail = new Mail.Commanded(command, reply);
        if (!shard.inbox().offer(mail.lane(), mail)) {
            reply.complete(CommandResult.OVERLOADED);
        }
        return reply;
    }

    List<SessionId> lookup(SessionQuery query) {
        CompletableFuture<List<SessionId>> reply = new CompletableFuture<>();
        shard.inbox().offer(Mail.CHANGES, new Mail.LookedUp(query, reply));
        turn();
        return reply.join();
    }

    long counted(SessionCounter counter) {
        return counters.get(counter);
    }

    /** RADIUS whose answers the test gives. */
    static final class Radius implements Authenticator {
        final Queue<Consumer<Outcome>> open = new ArrayDeque<>();
        final List<AuthenticationRequest> asked = new ArrayList<>();
        Reachability reachability = Reachability.UNKNOWN;

        @Override
        public Reachability reachability() {
            return reachability;
        }

        @Override
        public void authenticate(AuthenticationRequest request, Consumer<Outcome> reply) {
            asked.add(request);
            open.add(reply);
        }

        void accept(Authorization authorization) {
            answer(new Outcome.Accepted(authorization));
        }

        void answer(Outcome outcome) {
            open.remove().accept(outcome);
        }
    }

    /** Addresses from .10 on, the lowest free one first. */
    static final class Addresses implements AddressSource {
        final Map<Ip4, SessionId> held = new java.util.TreeMap<>();
        final List<Ip4> quarantined = new ArrayList<>();
        final PooledPrefixes prefixes = new PooledPrefixes();
        int usedPercent;
        /** No pool is configured. */
        boolean gone;

        @Override
        public PrefixSource prefixes() {
            return prefixes;
        }

        @Override
        public int usedPercent(Network network) {
            return usedPercent;
        }

        @Override
        public AddressAnswer allocate(AddressRequest request) {
            if (request.fixed().isPresent()) {
                return restore(request.session(), request.key(), request.fixed().get())
                        .<AddressAnswer>map(AddressAnswer.Granted::new)
                        .orElseGet(() -> new AddressAnswer.Refused(AddressRefusal.ADDRESS_IN_USE));
            }
            for (int i = 10; i < 250; i++) {
                Ip4 address = NETWORK.prefix().network().plus(i);
                if (!held.containsKey(address) && !quarantined.contains(address)) {
                    held.put(address, request.session());
                    return new AddressAnswer.Granted(new AddressGrant(address, NETWORK));
                }
            }
            return new AddressAnswer.Refused(AddressRefusal.POOL_EXHAUSTED);
        }

        @Override
        public Optional<AddressGrant> restore(SessionId session, SessionKey key, Ip4 address) {
            if (gone) {
                return Optional.empty();
            }
            SessionId holder = held.putIfAbsent(address, session);
            return holder == null || holder.equals(session)
                    ? Optional.of(new AddressGrant(address, NETWORK))
                    : Optional.empty();
        }

        @Override
        public void release(SessionId session, Ip4 address) {
            held.remove(address, session);
        }

        @Override
        public void quarantine(SessionId session, Ip4 address, Duration time) {
            if (held.remove(address, session)) {
                quarantined.add(address);
            }
        }

        @Override
        public List<Network> networks() {
            return gone ? List.of() : List.of(NETWORK);
        }
    }
}
