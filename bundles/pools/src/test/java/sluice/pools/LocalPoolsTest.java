package sluice.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.WireWriter;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;
import sluice.session.api.AddressRefusal;
import sluice.session.api.AddressRequest;
import sluice.session.api.AddressSource.AddressAnswer;
import sluice.session.api.Network;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.testkit.FakeJournal;
import sluice.testkit.ManualClock;

/** Who gets which address. */
final class LocalPoolsTest {

    private static final Duration YEAR = Duration.ofDays(365);

    private final ManualClock clock = new ManualClock();
    private final FakeJournal journal = new FakeJournal();
    private LocalPools pools = pools(pool("residential", "10.64.0.0/29", "10.64.0.1", "10.64.0.6"));
    private long nextSession = 1;

    @Test
    void everyAddressIsGivenOnceAndNeverTheGatewayTheNetworkTheBroadcastOrAnExcludedOne() {
        Set<Ip4> given = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            given.add(granted(ask(i)));
        }
        assertThat(given).containsExactlyInAnyOrder(ip("10.64.0.2"), ip("10.64.0.3"), ip("10.64.0.4"), ip("10.64.0.5"));
        assertThat(ask(9)).isEqualTo(new AddressAnswer.Refused(AddressRefusal.POOL_EXHAUSTED));
        assertThat(pools.counted(PoolCounter.REFUSED_EXHAUSTED)).isEqualTo(1);
    }

    @Test
    void useIsThatOfTheAddressesThatAreGivenOutAndQuarantineIsUse() {
        Network network = pools.networks().getFirst();
        assertThat(pools.usedPercent(network)).isZero();
        SessionId session = session();
        Ip4 first = granted(pools.allocate(request(session, 1)));
        granted(ask(2));
        granted(ask(3));
        assertThat(pools.usedPercent(network)).isEqualTo(75);
        pools.quarantine(session, first, Duration.ofMinutes(1));
        assertThat(pools.usedPercent(network)).isEqualTo(75);
    }

    @Test
    void lineGetsItsAddressAgainAlsoAfterARestart() {
        SessionId session = session();
        Ip4 first = granted(pools.allocate(request(session, 1)));
        pools.release(session, first);
        granted(ask(2));
        granted(ask(3));
        assertThat(granted(ask(1))).isEqualTo(first);

        pools = pools(pool("residential", "10.64.0.0/29", "10.64.0.1", "10.64.0.6"));
        assertThat(granted(ask(1))).isEqualTo(first);
    }

    @Test
    void askingAgainGivesTheSameAddress() {
        SessionId session = session();
        Ip4 first = granted(pools.allocate(request(session, 1)));
        assertThat(granted(pools.allocate(request(session, 1)))).isEqualTo(first);
    }

    @Test
    void requestedAddressIsGivenIfItIsFree() {
        SessionId session = session();
        Ip4 wish = ip("10.64.0.4");
        assertThat(granted(pools.allocate(new AddressRequest(
                        session, key(1), Optional.empty(), Optional.empty(), Optional.of(wish), Optional.empty()))))
                .isEqualTo(wish);
        assertThat(granted(pools.allocate(new AddressRequest(
                        session(), key(2), Optional.empty(), Optional.empty(), Optional.of(wish), Optional.empty()))))
                .isNotEqualTo(wish);
    }

    @Test
    void staticAddressMayLieAmongTheExclusionsAndIsRefusedWhenHeld() {
        Ip4 fixed = ip("10.64.0.6");
        assertThat(granted(pools.allocate(fixed(session(), 1, fixed)))).isEqualTo(fixed);
        assertThat(pools.allocate(fixed(session(), 2, fixed)))
                .isEqualTo(new AddressAnswer.Refused(AddressRefusal.ADDRESS_IN_USE));
        assertThat(pools.allocate(fixed(session(), 3, ip("10.64.0.1"))))
                .as("the gateway's own")
                .isEqualTo(new AddressAnswer.Refused(AddressRefusal.ADDRESS_IN_USE));
        assertThat(pools.allocate(fixed(session(), 4, ip("192.0.2.1"))))
                .isEqualTo(new AddressAnswer.Refused(AddressRefusal.NO_NETWORK));
    }

    @Test
    void addressInQuarantineIsGivenToNobodyUntilItEndsAlsoOverARestart() {
        SessionId session = session();
        Ip4 bad = granted(pools.allocate(request(session, 1)));
        pools.quarantine(session, bad, Duration.ofHours(1));
        pools = pools(pool("residential", "10.64.0.0/29", "10.64.0.1", "10.64.0.6"));
        for (int i = 0; i < 3; i++) {
            assertThat(granted(ask(i))).isNotEqualTo(bad);
        }
        assertThat(ask(9)).isInstanceOf(AddressAnswer.Refused.class);
        clock.advance(Duration.ofMinutes(61));
        assertThat(granted(ask(9))).isEqualTo(bad);
    }

    @Test
    void wallClockThatJumpsNeitherEndsNorLengthensAQuarantine() {
        Ip4 bad = quarantined(Duration.ofHours(1));
        for (Duration jump : List.of(YEAR, YEAR.multipliedBy(-2), YEAR)) {
            clock.jump(jump);
            clock.advance(Duration.ofMinutes(15));
            assertThat(quarantine()).as("%s", jump).isEqualTo(1);
        }
        clock.jump(YEAR.negated());
        clock.advance(Duration.ofMinutes(15));
        assertThat(quarantine()).isZero();
        assertThat(granted(ask(1))).isEqualTo(bad);
    }

    @Test
    void quarantineIsNotLongerAfterARestartWhenTheWallClockWentBack() {
        quarantined(Duration.ofHours(1));
        clock.boot();
        clock.jump(YEAR.negated());
        pools = pools(pool("residential", "10.64.0.0/29", "10.64.0.1", "10.64.0.3-10.64.0.6"));
        clock.advance(Duration.ofMinutes(59));
        assertThat(quarantine()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(quarantine()).isZero();
    }

    @Test
    void clockThatStandsStillEndsNoQuarantineAndOneThatLeapsEndsItOnce() {
        Ip4 bad = quarantined(Duration.ofHours(1));
        for (int i = 0; i < 1_000; i++) {
            assertThat(ask(1)).isInstanceOf(AddressAnswer.Refused.class);
        }
        clock.advance(YEAR);
        SessionId first = session();
        assertThat(granted(pools.allocate(request(first, 1)))).isEqualTo(bad);
        assertThat(ask(2)).isInstanceOf(AddressAnswer.Refused.class);
        pools.release(first, bad);
        assertThat(granted(ask(3))).isEqualTo(bad);
    }

    @Test
    void quarantineOfTheFirstReleaseIsStillRead() {
        Bytes note = new WireWriter(9)
                .u8(1)
                .u64(clock.wall().millis() + Duration.ofHours(1).toMillis())
                .toBytes();
        StoreChange change = new StoreChange.Put("pools", ip("10.64.0.2").toBytes(), note);
        journal.submit(new Transaction(List.of(change), List.of()), new Journal.Completion() {
            @Override
            public void durable() {}

            @Override
            public void failed(JournalFailure failure) {
                throw new IllegalStateException(failure.toString());
            }
        });
        pools = pools(pool("residential", "10.64.0.0/29", "10.64.0.1", "10.64.0.3-10.64.0.6"));
        assertThat(quarantine()).isEqualTo(1);
        clock.advance(Duration.ofHours(1));
        assertThat(quarantine()).isZero();
    }

    /** The only address of the pool, which nobody may have for so long. */
    private Ip4 quarantined(Duration time) {
        pools = pools(pool("residential", "10.64.0.0/29", "10.64.0.1", "10.64.0.3-10.64.0.6"));
        SessionId session = session();
        Ip4 bad = granted(pools.allocate(request(session, 1)));
        pools.quarantine(session, bad, time);
        return bad;
    }

    private long quarantine() {
        return pools.use().getFirst().quarantined();
    }

    @Test
    void restoredAddressIsHeldAndCannotBeRestoredForAnother() {
        Ip4 address = ip("10.64.0.3");
        assertThat(pools.restore(new SessionId(77), key(1), address)).isPresent();
        assertThat(pools.restore(new SessionId(78), key(2), address)).isEmpty();
        assertThat(pools.restore(new SessionId(79), key(3), ip("192.0.2.7"))).isEmpty();
        for (int i = 10; i < 13; i++) {
            assertThat(granted(ask(i))).isNotEqualTo(address);
        }
    }

    @Test
    void namedPoolAndLinkOfARelayChooseTheNetwork() {
        pools = pools(
                pool("business", "10.65.0.0/29", "10.65.0.1", ""),
                pool("residential", "10.64.0.0/29", "10.64.0.1", ""));
        assertThat(granted(pools.allocate(new AddressRequest(
                                session(),
                                key(1),
                                Optional.empty(),
                                Optional.of("residential"),
                                Optional.empty(),
                                Optional.empty())))
                        .toString())
                .startsWith("10.64.");
        assertThat(granted(pools.allocate(new AddressRequest(
                                session(),
                                key(2),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(ip("10.64.0.1")))))
                        .toString())
                .startsWith("10.64.");
        assertThat(pools.allocate(new AddressRequest(
                        session(), key(3), Optional.empty(), Optional.of("gone"), Optional.empty(), Optional.empty())))
                .isEqualTo(new AddressAnswer.Refused(AddressRefusal.UNKNOWN_POOL));
    }

    @Test
    void overlappingPoolsAreAConfigurationError() {
        assertThatThrownBy(() -> pools(
                        pool("a", "10.64.0.0/24", "10.64.0.1", ""), pool("b", "10.64.0.128/25", "10.64.0.129", "")))
                .hasMessageContaining("overlap");
    }

    @Test
    void noOrderOfEventsGivesAnAddressTwice() {
        long seed = 20260101;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        pools = pools(pool("residential", "10.64.0.0/27", "10.64.0.1", "10.64.0.8-10.64.0.11"));
        Map<Ip4, SessionId> held = new HashMap<>();
        Map<SessionId, Integer> lines = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            switch (random.nextInt(5)) {
                case 0, 1, 2 -> {
                    int line = random.nextInt(60);
                    if (lines.containsValue(line)) {
                        continue;
                    }
                    SessionId session = session();
                    AddressRequest request = random.nextInt(10) == 0
                            ? fixed(session, line, ip("10.64.0.0").plus(random.nextInt(32)))
                            : request(session, line);
                    if (pools.allocate(request) instanceof AddressAnswer.Granted granted) {
                        assertThat(held.put(granted.grant().address(), session))
                                .as("seed %d step %d", seed, i)
                                .isNull();
                        lines.put(session, line);
                    }
                }
                case 3 ->
                    held.keySet().stream().findFirst().ifPresent(address -> {
                        SessionId session = Objects.requireNonNull(held.remove(address));
                        lines.remove(session);
                        pools.release(session, address);
                    });
                default -> {
                    if (random.nextInt(20) == 0) {
                        held.keySet().stream().findAny().ifPresent(address -> {
                            SessionId session = Objects.requireNonNull(held.remove(address));
                            lines.remove(session);
                            pools.quarantine(session, address, Duration.ofSeconds(random.nextInt(100)));
                        });
                    }
                    clock.advance(Duration.ofSeconds(random.nextInt(10)));
                }
            }
        }
        held.forEach((address, session) -> pools.release(session, address));
        clock.advance(Duration.ofHours(1));
        assertThat(pools.table().rows().getFirst().get(4)).as("nothing leaked").isEqualTo("0");
    }

    private LocalPools pools(Pool... all) {
        return new LocalPools(journal, journal, List.of(all), List.of(), clock, clock.wall());
    }

    private static Pool pool(String name, String prefix, String gateway, String exclude) {
        Network network = new Network(
                name,
                Ip4Prefix.parse(prefix),
                ip(gateway),
                List.of(),
                Optional.empty(),
                List.of(),
                Duration.ofHours(1),
                Map.of());
        return new Pool(network, exclude.isEmpty() ? List.of() : List.of(AddressRange.parse(exclude)));
    }

    private AddressAnswer ask(int line) {
        return pools.allocate(request(session(), line));
    }

    private static AddressRequest request(SessionId session, int line) {
        return new AddressRequest(
                session, key(line), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static AddressRequest fixed(SessionId session, int line, Ip4 address) {
        return new AddressRequest(
                session, key(line), Optional.of(address), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private SessionId session() {
        return new SessionId(nextSession++);
    }

    private static SessionKey key(int line) {
        return new SessionKey(
                new LineId(0, 100, line + 1, Bytes.utf8("1/0/" + line), Bytes.EMPTY),
                new MacAddress(0x0200_0000_0000L + line));
    }

    private static Ip4 granted(AddressAnswer answer) {
        return ((AddressAnswer.Granted) answer).grant().address();
    }

    private static Ip4 ip(String text) {
        return Ip4.parse(text);
    }
}
