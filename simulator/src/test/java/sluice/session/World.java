package sluice.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dhcp.SimulatedCpe;
import sluice.loop.Bell;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.platform.api.CounterSet;
import sluice.platform.api.JournalFailure;
import sluice.pools.SimulatedPools;
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressSource;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authenticator;
import sluice.session.api.Authorization;
import sluice.session.api.Outcome;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionId;
import sluice.testkit.FakeDataPlane;
import sluice.testkit.FakeJournal;
import sluice.testkit.FakePolicies;
import sluice.testkit.ManualClock;

/**
 * Subscribers, wires that lose frames, RADIUS in all its moods, a disk, a data plane that survives, and the real
 * gateway.
 */
final class World {

    static final Duration LEASE = Duration.ofMinutes(10);

    final ManualClock clock = new ManualClock();
    final FakeJournal journal = new FakeJournal();
    final FakeDataPlane dataPlane = new FakeDataPlane();
    final Map<MacAddress, Subscriber> cpes = new HashMap<>();
    final RandomGenerator random;
    /** Bytes that passed towards each subscriber's address in the data plane, for ever. */
    long passed;
    /** Bytes of {@link #passed} by session. */
    private final Map<Long, Long> used = new HashMap<>();

    /** What an operator changed, and was told that it is done. */
    final Orders orders = new Orders();

    private final List<Consumer<Outcome>> questions = new ArrayList<>();
    /** About sessions that are open. */
    private final List<Consumer<Outcome>> furtherQuestions = new ArrayList<>();

    private CounterSet<SessionCounter> counters = new CounterSet<>(SessionCounter.class);
    private AddressSource addresses;
    private final Supplier<AccessProtocol> protocols;
    private AccessProtocol protocol;
    private SessionShard shard;
    private int crashes;
    private boolean disk = true;
    private int reboots;
    private boolean electricityFails;

    /** Subscribers who come by DHCP. */
    World(RandomGenerator random, int subscribers) {
        this(random, subscribers, SimulatedCpe::server, SimulatedCpe::new);
    }

    /**
     * Subscribers who come by some protocol.
     *
     * @param protocols a new instance, as after a start
     * @param devices the device of each number
     */
    World(
            RandomGenerator random,
            int subscribers,
            Supplier<AccessProtocol> protocols,
            IntFunction<Subscriber> devices) {
        this.random = random;
        this.protocols = protocols;
        protocol = protocols.get();
        for (int i = 0; i < subscribers; i++) {
            Subscriber device = devices.apply(i);
            cpes.put(device.mac(), device);
        }
        addresses = SimulatedPools.start(journal, clock, LEASE);
        shard = start();
    }

    /** One thing happens, and everything that follows from it. */
    void step(int subscriber) {
        int dice = random.nextInt(1_000);
        if (dice < 40) {
            orders.give(random, dataPlane.entries(), shard.inbox());
        } else if (dice < 600) {
            send(cpe(subscriber).act(random, clock.millis()));
        } else if (dice < 750) {
            answerQuestions();
        } else if (dice < 850) {
            traffic();
        } else if (dice < 985) {
            clock.advance(Duration.ofMillis(random.nextInt(600)));
        } else if (dice < 988) {
            fail();
        } else if (dice < 991) {
            turnDisk();
        } else {
            journal.hold();
        }
        if (!disk && random.nextInt(20) == 0) {
            turnDisk();
        }
        turn();
        if (random.nextInt(3) == 0) {
            journal.commit();
            turn();
        }
    }

    /** Everything is healthy again and every subscriber goes. */
    void goodbye() {
        disk = false;
        turnDisk();
        journal.commit();
        settle();
        for (Subscriber cpe : cpes.values()) {
            cpe.leave(clock.millis()).ifPresent(this::send);
        }
        for (int i = 0; i < 10; i++) { // leases end, echoes are missed
            settle();
            clock.advance(LEASE.dividedBy(5));
        }
        settle();
    }

    int sessions() {
        return shard.holding().sessions();
    }

    int timers() {
        return shard.armedTimers();
    }

    int addressesHeld() {
        return SimulatedPools.held(addresses);
    }

    long counted(SessionCounter counter) {
        return counters.get(counter);
    }

    int crashes() {
        return crashes;
    }

    private void settle() {
        for (int i = 0; i < 10; i++) {
            answerQuestions();
            clock.advance(Duration.ofSeconds(2));
            turn();
        }
    }

    private Subscriber cpe(int number) {
        return java.util.Objects.requireNonNull(cpes.get(new MacAddress(0x0200_0000_0000L + number)));
    }

    /** A frame comes to the gateway, unless it is lost; sometimes it comes twice. */
    private void send(Frame frame) {
        int copies = random.nextInt(10) == 0 ? random.nextInt(3) : 1;
        for (int i = 0; i < copies; i++) {
            try {
                shard.inbox().offer(Mail.FRAMES, new Mail.Arrived(protocol, protocol.keyOf(frame), frame));
            } catch (MalformedPacket e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void turn() {
        int work;
        do {
            work = shard.turn(clock.millis());
        } while (work > 0 || shard.inbox().size() > 0);
        try {
            Optional<Frame> sent = dataPlane.sent(Duration.ZERO);
            while (sent.isPresent()) {
                deliver(sent.get());
                sent = dataPlane.sent(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An answer goes to the subscriber whose line it is for, unless it is lost. */
    private void deliver(Frame frame) {
        int cvlan = (frame.bytes().at(18) & 0x0f) << 8 | frame.bytes().at(19) & 0xff;
        if (random.nextInt(20) == 0) {
            return;
        }
        try {
            cpe(cvlan - 1).hear(frame, clock.millis()).forEach(this::send);
        } catch (MalformedPacket e) {
            throw new IllegalStateException(e);
        }
    }

    private void answerQuestions() {
        answerFurtherQuestions();
        List<Consumer<Outcome>> all = List.copyOf(questions);
        questions.clear();
        for (Consumer<Outcome> question : all) {
            switch (random.nextInt(20)) {
                case 0 -> question.accept(new Outcome.Rejected("no contract"));
                case 1 -> question.accept(new Outcome.Unanswered("time-out"));
                default -> question.accept(new Outcome.Accepted(Authorization.DEFAULT));
            }
        }
    }

    /** About an open session: accepted, or nobody answers; a refusal would end it behind the subscriber's back. */
    private void answerFurtherQuestions() {
        List<Consumer<Outcome>> all = List.copyOf(furtherQuestions);
        furtherQuestions.clear();
        for (Consumer<Outcome> question : all) {
            question.accept(
                    random.nextInt(4) == 0
                            ? new Outcome.Unanswered("time-out")
                            : new Outcome.Accepted(Authorization.DEFAULT));
        }
    }

    private void traffic() {
        for (Subscriber cpe : cpes.values()) {
            cpe.bound(clock.millis())
                    .filter(address -> random.nextInt(4) == 0)
                    .filter(dataPlane::passes)
                    .ifPresent(this::pass);
        }
        dataPlane.entries().stream()
                .filter(entry -> entry.address().isAny())
                .filter(entry -> random.nextInt(4) == 0)
                .forEach(this::pass);
    }

    private void pass(Ip4 address) {
        Traffic packet = packet();
        dataPlane.pass(address, packet);
        dataPlane.entries().stream()
                .filter(entry -> entry.address().equals(address))
                .forEach(entry -> used(entry.session(), packet));
    }

    /** Who has IPv6 alone uses it. */
    private void pass(SubscriberEntry entry) {
        Traffic packet = packet();
        Optional<Traffic> before = dataPlane.read(entry.session(), Ip4.ANY);
        dataPlane.pass(entry.session(), packet);
        if (!dataPlane.read(entry.session(), Ip4.ANY).equals(before)) {
            used(entry.session(), packet);
        }
    }

    private Traffic packet() {
        long bytes = 64L + random.nextInt(1_400);
        return new Traffic(1, bytes, 1, bytes, 0, 0, 0);
    }

    private void used(long session, Traffic packet) {
        passed += packet.downloadBytes();
        used.merge(session, packet.downloadBytes(), Long::sum);
    }

    private void turnDisk() {
        disk = !disk;
        if (disk) {
            journal.heal();
        } else {
            journal.fail(JournalFailure.DISK);
        }
    }

    /** From now on some crashes take the whole machine, for up to two leases. */
    void letElectricityFail() {
        electricityFails = true;
    }

    int reboots() {
        return reboots;
    }

    private void fail() {
        if (electricityFails && random.nextInt(3) == 0) {
            reboots++;
            dataPlane.forgetAll();
            clock.advance(Duration.ofMillis(random.nextLong(2 * LEASE.toMillis())));
        }
        crash();
    }

    /** kill -9: what was not durable is lost, questions are never answered, the data plane goes on. */
    private void crash() {
        crashes++;
        journal.lose();
        journal.heal();
        disk = true;
        questions.clear();
        furtherQuestions.clear();
        orders.crash();
        addresses = SimulatedPools.start(journal, clock, LEASE);
        protocol = protocols.get();
        shard = start();
    }

    /** Of {@link #passed}, what sessions used whose beginning never became durable. */
    long unborn() {
        Set<String> born = journal.events(SessionEvent.START).stream()
                .map(start -> start.field(SessionEvent.SESSION_ID))
                .collect(Collectors.toSet());
        return used.entrySet().stream()
                .filter(session -> !born.contains(new SessionId(session.getKey()).toString()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private SessionShard start() {
        counters = new CounterSet<>(SessionCounter.class);
        Protocols present = new Protocols();
        present.add(protocol);
        SessionSettings settings = new SessionSettings(
                "bng-01",
                true,
                new UserNameTemplate("{bng}/{remote-id}/{circuit-id}", "bng-01", ""),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                new RejectSettings(Duration.ofSeconds(5), 30),
                Duration.ofMinutes(1),
                1_000,
                1_000,
                50,
                1_000,
                new StraySettings(25, 10_000),
                PrefixDefaults.NONE);
        Authenticator radius = new Authenticator() {
            @Override
            public void authenticate(AuthenticationRequest request, Consumer<Outcome> reply) {
                Subscriber asked =
                        java.util.Objects.requireNonNull(cpes.get(request.key().mac()));
                (request.again() ? furtherQuestions : questions)
                        .add(outcome -> reply.accept(
                                outcome instanceof Outcome.Accepted ? new Outcome.Accepted(asked.granted()) : outcome));
            }
        };
        OutageSettings outages = OutageSettings.DEFAULT;
        Outage outage = new Outage(outages, journal, clock.wall(), clock.millis());
        ShortLeases shortLeases = new ShortLeases(outages, outage, addresses);
        Surroundings with = new Surroundings(
                settings,
                dataPlane,
                dataPlane,
                journal,
                addresses,
                new FakePolicies(),
                () -> Optional.of(radius),
                clock.wall(),
                "boot",
                random,
                new SessionIds(clock.wall().millis(), Recovery.largestId(journal)),
                counters,
                new Alone(outages, outage, new Realms(outages.others()), shortLeases, journal, 1_000),
                SessionLimits.Places.of(LimitSettings.perLine(4)));
        SessionShard fresh = new SessionShard(with, present, new Bell(), clock);
        outage.recover(journal);
        ProfileCache.stored(journal).forEach(fresh.degraded()::recover);
        try {
            for (Recovery.Recovered one : new Recovery(with, journal, clock.millis()).run()) {
                fresh.recover(one);
            }
        } catch (DataPlaneException e) {
            throw new IllegalStateException(e);
        }
        return fresh;
    }
}
