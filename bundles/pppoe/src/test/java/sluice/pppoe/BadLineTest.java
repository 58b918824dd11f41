package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;

/**
 * Links and peers with automata of their own over lines that delay, lose, double and reorder, in time moved by hand.
 */
class BadLineTest {
    private static final int LINES = 300;
    private static final int EVENTS_MAX = 5_000;
    private static final long SETUP_MS = 120_000;
    private static final long RESTART_MS = 3_000;
    private static final LinkSettings SETTINGS =
            PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.DUAL);

    /**
     * What the line does.
     *
     * @param lostPercent packets that never arrive
     * @param doubledPercent packets that arrive twice
     * @param delayMin milliseconds
     * @param delayMax milliseconds
     */
    private record Weather(int lostPercent, int doubledPercent, int delayMin, int delayMax) {}

    /** Takes whatever the gateway asks for, and what it is told to ask for. */
    private record Wish(List<PppOption> request) implements OptionSet<Wish> {
        @Override
        public Answer<Wish> judge(List<PppOption> asked, boolean mayNak, LayerContext context) {
            return new Answer<>(ControlPacket.CONFIGURE_ACK, asked, this);
        }

        @Override
        public Wish nakked(List<PppOption> wanted, LayerContext context) {
            List<PppOption> next = new ArrayList<>(request);
            for (PppOption option : wanted) {
                next.removeIf(old -> old.type() == option.type());
                next.add(option);
            }
            return new Wish(next);
        }

        @Override
        public Wish rejected(List<PppOption> refused, LayerContext context) {
            return new Wish(
                    request.stream().filter(option -> !refused.contains(option)).toList());
        }

        @Override
        public Optional<LinkEnd> failure() {
            return Optional.empty();
        }
    }

    /** Something to be done at a time. */
    private record Due(long time, long order, Runnable what) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
        }
    }

    /** A gateway, a line and a peer. */
    private static final class World {
        private final SplittableRandom random;
        private final Weather weather;
        private final PriorityQueue<Due> agenda = new PriorityQueue<>();
        private final Map<LinkTimer, Long> armed = new EnumMap<>(LinkTimer.class);
        private final Map<Integer, Layer<Wish>> peer = new java.util.TreeMap<>();
        private final Map<Integer, Long> peerTimers = new java.util.TreeMap<>();
        private final LayerContext peerContext;
        private final List<LinkCounter> counted = new ArrayList<>();
        private Link link;
        private long now;
        private long order;
        private int events;
        private boolean challenged;
        private boolean known;
        private Optional<LinkEnd> closed = Optional.empty();

        World(long seed, Weather weather) {
            this.random = new SplittableRandom(seed);
            this.weather = weather;
            this.peerContext = new LayerContext(LinkSettings.DEFAULT, random, 1492);
            this.link = Link.begin(PppPeer.LIMIT, context());
            peer.put(
                    PppProtocol.LCP,
                    Layer.begin(PppProtocol.LCP, new Wish(List.of(PppOption.i32(LcpOptions.MAGIC, random.nextInt())))));
            peer.put(
                    PppProtocol.IPCP,
                    Layer.begin(
                            PppProtocol.IPCP,
                            new Wish(List.of(
                                    new PppOption(IpcpOptions.COMPRESSION, Bytes.fromHex("002d0f01")),
                                    PppOption.ip4(IpcpOptions.ADDRESS, Ip4.ANY),
                                    PppOption.ip4(IpcpOptions.PRIMARY_DNS, Ip4.ANY)))));
            peer.put(
                    PppProtocol.IPV6CP,
                    Layer.begin(PppProtocol.IPV6CP, new Wish(List.of(PppOption.u64(1, random.nextLong())))));
            gateway(new LinkEvent.Begun());
            start(PppProtocol.LCP);
        }

        private LinkContext context() {
            return new LinkContext(SETTINGS, random, OptionalLong.empty());
        }

        private void at(long after, Runnable what) {
            agenda.add(new Due(now + after, order++, what));
        }

        private void carry(Runnable arrival) {
            int copies = random.nextInt(100) < weather.lostPercent ? 0 : 1;
            copies += random.nextInt(100) < weather.doubledPercent ? 1 : 0;
            for (int copy = 0; copy < copies; copy++) {
                at(random.nextInt(weather.delayMin, weather.delayMax + 1), arrival);
            }
        }

        /** Until that time, or nothing is left to do. */
        void runUntil(long end) {
            while (!agenda.isEmpty() && agenda.peek().time <= end && closed.isEmpty()) {
                assertThat(++events).isLessThan(EVENTS_MAX);
                Due due = agenda.remove();
                now = due.time;
                due.what.run();
            }
            now = end;
        }

        boolean isUp() {
            return link.ipcp().isOpened() && link.ipv6cp().isOpened() && closed.isEmpty();
        }

        private void gateway(LinkEvent event) {
            if (closed.isPresent()) {
                return;
            }
            Link.Step step;
            try {
                step = link.on(event, context());
            } catch (MalformedPacket impossible) {
                throw new AssertionError(impossible);
            }
            link = step.link();
            for (LinkAction action : step.actions()) {
                switch (action) {
                    case LinkAction.Transmit(Bytes payload) -> carry(() -> toPeer(payload));
                    case LinkAction.Arm arm -> arm(arm.timer(), arm.after().toMillis());
                    case LinkAction.Disarm disarm -> armed.remove(disarm.timer());
                    case LinkAction.Authenticate question ->
                        at(random.nextInt(5, 2_000), () -> gateway(PppPeer.accept()));
                    case LinkAction.NeedAddress need -> gateway(PppPeer.grant());
                    case LinkAction.Close close -> closed = Optional.of(close.end());
                    case LinkAction.Count count -> counted.add(count.counter());
                    case LinkAction.Open open -> {}
                    case LinkAction.ReleaseAddress release -> {}
                }
            }
        }

        private void arm(LinkTimer timer, long after) {
            long mark = order;
            armed.put(timer, mark);
            at(after, () -> {
                if (armed.remove(timer, mark)) {
                    gateway(new LinkEvent.Due(timer));
                }
            });
        }

        private void toPeer(Bytes payload) {
            try {
                PppFrame frame = PppFrame.decode(payload);
                ControlPacket packet = ControlPacket.decode(frame.information());
                boolean up = layer(PppProtocol.LCP).isOpened();
                if (frame.protocol() == PppProtocol.CHAP) {
                    if (up) {
                        onChap(packet);
                    }
                } else if (frame.protocol() == PppProtocol.LCP && packet.code() == ControlPacket.ECHO_REQUEST) {
                    if (up) {
                        fromPeer(new ControlPacket(ControlPacket.ECHO_REPLY, packet.id(), packet.data())
                                .in(PppProtocol.LCP));
                    }
                } else if (frame.protocol() == PppProtocol.LCP || up && known) {
                    apply(LayerTurn.receive(layer(frame.protocol()), packet, peerContext));
                }
            } catch (MalformedPacket impossible) {
                throw new AssertionError(impossible);
            }
        }

        private Layer<Wish> layer(int protocol) {
            return java.util.Objects.requireNonNull(peer.get(protocol));
        }

        private void onChap(ControlPacket packet) {
            if (packet.code() == ChapPacket.CHALLENGE) {
                challenged = true;
                respond(packet.id());
            } else {
                challenged = false;
                if (!known) {
                    known = true;
                    start(PppProtocol.IPCP);
                    start(PppProtocol.IPV6CP);
                }
            }
        }

        /** Says it again until it is heard (RFC 1994, 4.2: repeated responses are answered). */
        private void respond(int id) {
            if (challenged && layer(PppProtocol.LCP).isOpened()) {
                Bytes data = Bytes.of(16).plus(Bytes.adopt(new byte[16])).plus(Bytes.utf8("alice"));
                fromPeer(new ControlPacket(ChapPacket.RESPONSE, id, data).in(PppProtocol.CHAP));
                at(RESTART_MS, () -> respond(id));
            }
        }

        private void start(int protocol) {
            apply(LayerTurn.happen(layer(protocol), AutomatonEvent.OPEN, peerContext));
            apply(LayerTurn.happen(layer(protocol), AutomatonEvent.UP, peerContext));
        }

        private void fromPeer(Bytes payload) {
            carry(() -> gateway(new LinkEvent.Received(payload)));
        }

        private void apply(LayerStep<Wish> step) {
            int protocol = step.layer().protocol();
            peer.put(protocol, step.layer());
            step.send().forEach(this::fromPeer);
            if (step.timer() == LayerStep.Timer.DISARM) {
                peerTimers.remove(protocol);
            } else if (step.timer() == LayerStep.Timer.ARM) {
                long mark = order;
                peerTimers.put(protocol, mark);
                at(RESTART_MS, () -> {
                    if (peerTimers.remove(protocol, mark)) {
                        apply(LayerTurn.timeout(layer(protocol), peerContext));
                    }
                });
            }
            if (protocol == PppProtocol.LCP && step.changes().contains(LayerStep.Change.DOWN)) {
                known = false;
                apply(LayerTurn.happen(layer(PppProtocol.IPCP), AutomatonEvent.DOWN, peerContext));
                apply(LayerTurn.happen(layer(PppProtocol.IPV6CP), AutomatonEvent.DOWN, peerContext));
            }
        }
    }

    @ParameterizedTest(name = "lost {0} %, doubled {1} %, {2} to {3} ms: at least {4} of 300 up")
    @CsvSource({
        "0, 0, 1, 20, 300",
        "0, 0, 500, 2500, 300",
        "10, 0, 1, 200, 297",
        "10, 10, 1, 1500, 285",
        "30, 5, 1, 500, 200",
    })
    void peersComeUpOverABadLine(int lost, int doubled, int delayMin, int delayMax, int least) {
        int up = 0;
        List<LinkEnd> ends = new ArrayList<>();
        for (int line = 0; line < LINES; line++) {
            World world = new World(PppPeer.SEED + line, new Weather(lost, doubled, delayMin, delayMax));
            world.runUntil(SETUP_MS - 1);
            world.closed.ifPresent(ends::add);
            up += world.isUp() ? 1 : 0;
        }
        assertThat(up).as("links up; the others ended of %s", ends).isGreaterThanOrEqualTo(least);
    }

    /** As of a crowd that dials at once: every answer comes later than the repetition of its request. */
    @ParameterizedTest
    @CsvSource({"3500, 3500", "5000, 5000", "7000, 7000", "2000, 4000"})
    void slowAnswersTakeNothingDownThatWasAgreed(int delayMin, int delayMax) {
        for (int line = 0; line < LINES; line++) {
            World world = new World(PppPeer.SEED + line, new Weather(0, 0, delayMin, delayMax));
            world.runUntil(SETUP_MS - 1);
            assertThat(world.isUp()).as("line %s", line).isTrue();
            assertThat(world.counted.stream().filter(LinkCounter.LCP_OPENED::equals))
                    .hasSize(1);
        }
    }

    @Test
    void linkThatIsUpStaysUpForHours() {
        World world = new World(PppPeer.SEED, new Weather(1, 0, 1, 200));
        world.runUntil(6 * 3_600_000L);
        assertThat(world.isUp()).isTrue();
        assertThat(world.link.quality().sent()).isGreaterThan(600);
        assertThat(world.link.quality().lost()).isBetween(1L, 50L);
    }
}
