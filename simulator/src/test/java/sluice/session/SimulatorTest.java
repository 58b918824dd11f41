package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.platform.api.Event;
import sluice.pools.SimulatedPools;
import sluice.pppoe.SimulatedDialer;
import sluice.session.api.SessionEvent;
import sluice.session.api.TerminateCause;

/**
 * The real engine, DHCP server and pools under losses, duplicates, crashes, full disks and a moody RADIUS. Whatever
 * happens: what a subscriber or an operator was told is true, no address is two subscribers', and every byte is
 * accounted once.
 */
final class SimulatorTest {

    private static final int SUBSCRIBERS = 200;
    private static final int STEPS = 20_000;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 20260101, 4711, 99, 123456789})
    void whateverHappensWhatWasGrantedStandsAndWhatWasUsedIsAccounted(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        World world = new World(random, SUBSCRIBERS);
        for (int step = 0; step < STEPS; step++) {
            world.step(random.nextInt(SUBSCRIBERS));
            everyPromiseIsKept(world, "seed " + seed + " step " + step);
        }
        assertThat(world.crashes()).as("the world was cruel enough").isGreaterThan(20);
        assertThat(world.journal.events(SessionEvent.START).size())
                .as("and lively enough")
                .isGreaterThan(500);
        assertThat(world.passed).isPositive();
        assertThat(world.counted(SessionCounter.PREFIX_REFUSED))
                .as("sessions without a prefix of the small pool")
                .isPositive();
        assertThat(world.orders.successes()).as("orders that were done").isGreaterThan(100);
        assertThat(world.orders.failures()).as("orders that the disk refused").isPositive();
        world.goodbye();
        nothingIsLeft(world, "seed " + seed);
        assertThat(world.unborn())
                .as("who waits for an ACK uses nothing before his session is durable")
                .isZero();
        everyByteIsAccountedOnce(world, "seed " + seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {2, 815, 31337})
    void whenTheMachineIsOffForHoursEverySessionHasItsStopAndNoByteIsAccountedTwice(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        World world = new World(random, SUBSCRIBERS);
        world.letElectricityFail();
        for (int step = 0; step < STEPS; step++) {
            world.step(random.nextInt(SUBSCRIBERS));
            everyPromiseIsKept(world, "seed " + seed + " step " + step);
        }
        assertThat(world.reboots()).as("the world was cruel enough").isGreaterThan(5);
        assertThat(world.journal.events(SessionEvent.STOP))
                .extracting(stop -> stop.field(SessionEvent.TERMINATE_CAUSE))
                .contains(TerminateCause.NAS_REBOOT.toString());
        world.goodbye();
        nothingIsLeft(world, "seed " + seed);
        assertThat(accounted(world, "seed " + seed))
                .as("what no reading told was lost with the machine")
                .isPositive()
                .isLessThanOrEqualTo(world.passed);
    }

    /**
     * Not asked is whether orders stand: who proves himself again has what RADIUS grants then. Who has our
     * Configure-Ack sends before we have his, so a crash or a full disk right then takes a session and what it used for
     * some milliseconds.
     */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {3, 1492, 2516})
    void whoDialsIsAccountedWhateverHappensAndNothingIsLeftOfHim(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        World world = new World(random, SUBSCRIBERS, () -> SimulatedDialer.server(random), SimulatedDialer::new);
        for (int step = 0; step < STEPS; step++) {
            world.step(random.nextInt(SUBSCRIBERS));
            noPrefixIsTwoSubscribers(world, "seed " + seed + " step " + step);
        }
        assertThat(world.crashes()).as("the world was cruel enough").isGreaterThan(20);
        assertThat(world.journal.events(SessionEvent.START).size())
                .as("and lively enough")
                .isGreaterThan(300);
        assertThat(world.journal.events(SessionEvent.UPDATE).stream()
                        .filter(update ->
                                !update.field(SessionEvent.DELEGATED_PREFIX).isEmpty())
                        .filter(update -> !update.field(SessionEvent.IP_ADDRESS).isEmpty()))
                .as("IPv4 that came after IPv6")
                .hasSizeGreaterThan(20);
        assertThat(world.passed).isPositive();
        world.goodbye();
        nothingIsLeft(world, "seed " + seed);
        everyByteIsAccountedOnce(world, "seed " + seed);
    }

    /** What RADIUS names twice is for a real data plane to refuse. */
    private static void noPrefixIsTwoSubscribers(World world, String when) {
        Map<Ip6Prefix, Long> owners = new HashMap<>();
        for (SubscriberEntry entry : world.dataPlane.entries()) {
            for (Ip6Prefix prefix : entry.prefixes()) {
                Long other = owners.put(prefix, entry.session());
                if (SimulatedPools.give(prefix) && other != null && other != entry.session()) {
                    throw new AssertionError(when + ": " + prefix + " is of " + other + " and " + entry.session());
                }
            }
        }
    }

    private static void everyPromiseIsKept(World world, String when) {
        noPrefixIsTwoSubscribers(world, when);
        List<SubscriberEntry> broken = world.orders.broken(world.dataPlane.entries());
        if (!broken.isEmpty()) {
            throw new AssertionError(when + ": changes that were done are not in the data plane: " + broken);
        }
        Map<Ip4, MacAddress> users = new HashMap<>();
        Map<Ip4, SubscriberEntry> entries = new HashMap<>();
        world.dataPlane.entries().forEach(entry -> entries.put(entry.address(), entry));
        for (Subscriber cpe : world.cpes.values()) {
            Optional<Ip4> bound = cpe.bound(world.clock.millis());
            if (bound.isEmpty()) {
                continue;
            }
            MacAddress other = users.put(bound.get(), cpe.mac());
            if (other != null) {
                throw new AssertionError(when + ": " + bound.get() + " is used by " + other + " and " + cpe.mac());
            }
            SubscriberEntry entry = entries.get(bound.get());
            if (entry == null || !entry.mac().equals(cpe.mac()) || !world.dataPlane.passes(bound.get())) {
                throw new AssertionError(
                        when + ": " + cpe.mac() + " was told it has " + bound.get() + ", the data plane has " + entry);
            }
            if (!entry.tags().equals(cpe.tags())) {
                throw new AssertionError(when + ": " + bound.get() + " is sent to " + entry.tags());
            }
        }
    }

    private static void nothingIsLeft(World world, String when) {
        assertThat(world.sessions()).as("%s: sessions", when).isZero();
        assertThat(world.dataPlane.entries()).as("%s: entries", when).isEmpty();
        assertThat(world.addressesHeld()).as("%s: addresses", when).isZero();
        assertThat(world.journal.size(Turn.REGION))
                .as("%s: stored sessions", when)
                .isZero();
        assertThat(world.timers()).as("%s: timers", when).isZero();
        assertThat(world.counted(SessionCounter.STEP_FAILED))
                .as("%s: defects", when)
                .isZero();
    }

    private static void everyByteIsAccountedOnce(World world, String when) {
        assertThat(accounted(world, when)).as("%s: bytes accounted", when).isEqualTo(world.passed - world.unborn());
    }

    /** Bytes of all stops; every session has one start, one stop, and counters that do not go back. */
    private static long accounted(World world, String when) {
        Map<String, Long> open = new HashMap<>();
        long accounted = 0;
        for (Event event :
                world.journal.events().stream().map(logged -> logged.event()).toList()) {
            String session = event.field(SessionEvent.SESSION_ID);
            switch (event.type()) {
                case SessionEvent.START ->
                    assertThat(open.put(session, 0L))
                            .as("%s: second start of %s", when, session)
                            .isNull();
                case SessionEvent.UPDATE, SessionEvent.STOP -> {
                    long octets = Long.parseLong(event.field(SessionEvent.INPUT_OCTETS));
                    Long before = open.get(session);
                    assertThat(before)
                            .as("%s: %s of %s that is not open", when, event.type(), session)
                            .isNotNull();
                    assertThat(octets).as("%s: counter of %s", when, session).isGreaterThanOrEqualTo(before);
                    open.put(session, octets);
                    if (event.type().equals(SessionEvent.STOP)) {
                        accounted += octets;
                        open.remove(session);
                    }
                }
                default -> {}
            }
        }
        assertThat(open).as("%s: sessions without stop", when).isEmpty();
        return accounted;
    }
}
