package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/** IPv6 prefixes and PPPoE sessions lead to the entry that has them, and to nobody else, whatever happens. */
final class EntryKeysTest {

    private static final Ip6Prefix HOME = Ip6Prefix.parse("2001:db8:1::/56");
    private static final Ip6Prefix HOST = Ip6Prefix.parse("2001:db8::1/128");
    private static final Ip4Prefix SITE = Ip4Prefix.parse("192.0.2.64/27");
    private static final Ip4Prefix LAN = Ip4Prefix.parse("192.168.0.0/16");

    private Bench bench;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private static SubscriberEntry entry(long session, Ip4 address, int pppoe, Ip6Prefix... prefixes) {
        return new SubscriberEntry(
                session,
                0,
                Packets.DOUBLE,
                Packets.SUBSCRIBER_MAC,
                pppoe,
                pppoe * 1000,
                address,
                List.of(prefixes),
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN);
    }

    private void assertRefused(SubscriberEntry entry, Reason reason) {
        List<SubscriberEntry> before = bench.subscribers().entries();
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> bench.subscribers().install(entry))
                .matches(failure -> failure.reason() == reason, reason.name());
        assertThat(bench.subscribers().entries()).isEqualTo(before);
    }

    private PrefixIndex<Ip6Prefix> prefixes() throws KernelException {
        return new PrefixIndex<>(bench.blocks(), new PrefixKind.Ip6Keys(), index -> true);
    }

    private PrefixIndex<Ip4Prefix> routes() throws KernelException {
        return new PrefixIndex<>(
                new PrefixMap<>(bench.loaded().map("routes"), new PrefixKind.Ip4Keys()),
                new PrefixKind.Ip4Keys(),
                index -> true);
    }

    private static SubscriberEntry entry(long session, Ip4 address, Ip4Prefix... routes) {
        return new SubscriberEntry(
                session,
                0,
                Packets.DOUBLE,
                Packets.SUBSCRIBER_MAC,
                0,
                0,
                address,
                List.of(),
                List.of(routes),
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN);
    }

    private PppoeIndex sessions() throws KernelException {
        return new PppoeIndex(bench.loaded().map("pppoe"), (key, index) -> true);
    }

    @Test
    void installationLeadsToTheEntryAndRemovalDoesNot() throws Exception {
        SubscriberEntry whole = entry(1, Packets.SUBSCRIBER, 17, HOME, HOST);
        PppoeKey key = new PppoeKey(Packets.SUBSCRIBER_MAC, 17, 100, 7, 0);
        bench.subscribers().install(whole);
        assertThat(prefixes().find(HOME)).hasValue(10);
        assertThat(prefixes().find(HOST)).hasValue(10);
        assertThat(sessions().find(key)).contains(new PppoeIndex.Value(10, 17_000));
        assertThat(bench.subscribers().entries()).containsExactly(whole);
        assertThat(bench.subscribers().settings().prefixLengths()).containsExactly(128, 56);
        bench.subscribers().stop(1, Packets.SUBSCRIBER);
        assertThat(prefixes().find(HOME)).as("a stopped entry keeps its keys").hasValue(10);
        bench.subscribers().remove(1, Packets.SUBSCRIBER);
        assertThat(prefixes().find(HOME)).isEmpty();
        assertThat(prefixes().find(HOST)).isEmpty();
        assertThat(sessions().find(key)).isEmpty();
    }

    @Test
    void changeGivesUpTheKeysThatItDoesNotName() throws Exception {
        bench.subscribers().install(entry(1, Packets.SUBSCRIBER, 17, HOME, HOST));
        SubscriberEntry changed = entry(1, Packets.SUBSCRIBER, 18, HOST);
        bench.subscribers().install(changed);
        assertThat(bench.subscribers().entries()).containsExactly(changed);
        assertThat(prefixes().find(HOME)).isEmpty();
        assertThat(sessions().find(new PppoeKey(Packets.SUBSCRIBER_MAC, 17, 100, 7, 0)))
                .isEmpty();
    }

    @Test
    void entryWithoutAddressIsFoundByItsSession() throws Exception {
        SubscriberEntry one = entry(1, Ip4.ANY, 0, HOME);
        SubscriberEntry other = entry(2, Ip4.ANY, 0, HOST);
        bench.subscribers().install(one);
        bench.subscribers().install(other);
        assertThat(bench.subscribers().read(1, Ip4.ANY)).contains(Traffic.NONE);
        assertThat(bench.subscribers().read(3, Ip4.ANY)).isEmpty();
        Subscribers next = bench.adopt();
        assertThat(next.entries()).containsExactly(one, other);
        assertThat(next.stop(1, Ip4.ANY)).contains(Traffic.NONE);
        assertThat(next.remove(1, Ip4.ANY)).contains(Traffic.NONE);
        assertThat(next.entries()).containsExactly(other);
    }

    @Test
    void keysOfAnotherSessionAreRefusedAndNothingChanges() throws Exception {
        bench.subscribers().install(entry(1, Packets.SUBSCRIBER, 17, HOME));
        assertRefused(entry(2, Packets.SUBSCRIBER.plus(1), 0, HOME), Reason.CONFLICT);
        assertRefused(entry(2, Ip4.ANY, 17), Reason.ADDRESS_IN_USE);
        assertThat(bench.subscribers().read(2, Ip4.ANY)).isEmpty();
    }

    @Test
    void prefixesThatOverlapThoseOfAnotherSessionAreRefused() throws Exception {
        bench.subscribers().install(entry(1, Packets.SUBSCRIBER, 0, HOME, Ip6Prefix.parse("2001:db8:1:8::/64")));
        for (String other : List.of("2001:db8:1:8::/64", "2001:db8:1:7::/64", "2001:db8:1::7/128", "2001:db8::/32")) {
            assertRefused(entry(2, Packets.SUBSCRIBER.plus(1), 0, Ip6Prefix.parse(other)), Reason.CONFLICT);
        }
        bench.subscribers()
                .install(entry(2, Packets.SUBSCRIBER.plus(1), 0, Ip6Prefix.parse("2001:db8:1:100::/56"), HOST));
        bench.subscribers().remove(1, Packets.SUBSCRIBER);
        bench.subscribers().install(entry(3, Packets.SUBSCRIBER.plus(2), 0, Ip6Prefix.parse("2001:db8:1:8::/64")));
    }

    @Test
    void routesLeadToTheirEntryAndGoWithIt() throws Exception {
        SubscriberEntry site = entry(1, Packets.SUBSCRIBER, SITE, LAN);
        bench.subscribers().install(site);
        assertThat(routes().find(SITE)).hasValue(10);
        assertThat(bench.adopt().entries()).containsExactly(site);
        for (String other : List.of("192.0.2.64/26", "192.0.2.65/32", "192.0.0.0/16")) {
            assertRefused(entry(2, Packets.SUBSCRIBER.plus(1), Ip4Prefix.parse(other)), Reason.CONFLICT);
        }
        bench.subscribers().install(entry(1, Packets.SUBSCRIBER, LAN));
        assertThat(routes().find(SITE)).isEmpty();
        assertThat(routes().find(LAN)).hasValue(10);
        bench.subscribers().install(entry(2, Packets.SUBSCRIBER.plus(1), SITE));
        bench.subscribers().remove(1, Packets.SUBSCRIBER);
        assertThat(routes().find(LAN)).isEmpty();
        assertThat(routes().find(SITE)).hasValue(11);
    }

    @Test
    void tooManyRoutesAreANamedRefusal() throws Exception {
        for (int i = 0; i < 16; i++) {
            bench.subscribers().install(entry(i + 1, Packets.SUBSCRIBER.plus(i), eightRoutes(i)));
        }
        assertRefused(entry(99, Packets.SUBSCRIBER.plus(99), eightRoutes(99)), Reason.CAPACITY_REACHED);
    }

    private static Ip4Prefix[] eightRoutes(int number) {
        Ip4 first = Ip4.parse("172.16.0.0").plus(256 * number);
        return IntStream.range(0, 8)
                .mapToObj(i -> new Ip4Prefix(first.plus(8 * i), 29))
                .toArray(Ip4Prefix[]::new);
    }

    /** Two lengths contend for the last of four places, which each has only while it is in use. */
    @Test
    void lengthThatWasAdmittedIsLookedForAsLongAsItIsUsed() throws Exception {
        for (int i = 0; i < 3; i++) {
            bench.subscribers()
                    .install(entry(
                            i + 1, Packets.SUBSCRIBER.plus(i), 0, Ip6Prefix.parse("2001:db8:" + i + "::/" + (48 + i))));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> contenders = new ArrayList<>();
            for (int length : List.of(60, 64)) {
                contenders.add(threads.submit(() -> contend(length)));
            }
            for (Future<?> contender : contenders) {
                contender.get();
            }
        }
        assertThat(bench.subscribers().audit().run()).isEmpty();
    }

    private @Nullable Void contend(int length) throws DataPlaneException {
        SubscriberEntry entry = entry(
                length, Packets.SUBSCRIBER.plus(length), 0, Ip6Prefix.parse("2001:db8:" + length + "::/" + length));
        for (int i = 0; i < 2000; i++) {
            try {
                bench.subscribers().install(entry);
                assertThat(bench.subscribers().settings().prefixLengths()).contains(length);
                bench.subscribers().remove(length, entry.address());
            } catch (DataPlaneException full) {
                assertThat(full.reason()).isEqualTo(Reason.CAPACITY_REACHED);
            }
        }
        return null;
    }

    @Test
    void keysOfTheSameSessionComeOver() throws Exception {
        bench.subscribers().install(entry(1, Ip4.ANY, 17, HOME));
        bench.subscribers().install(entry(1, Packets.SUBSCRIBER, 17, HOME));
        bench.subscribers().remove(1, Ip4.ANY);
        assertThat(prefixes().find(HOME)).hasValue(10);
        assertThat(sessions().find(new PppoeKey(Packets.SUBSCRIBER_MAC, 17, 100, 7, 0)))
                .contains(new PppoeIndex.Value(10, 17_000));
        assertThat(bench.subscribers().entries()).containsExactly(entry(1, Packets.SUBSCRIBER, 17, HOME));
    }

    @Test
    void fullMapIsANamedRefusal() throws Exception {
        for (int i = 0; i < 64; i++) {
            bench.subscribers().install(entry(i + 1, Packets.SUBSCRIBER.plus(i), i + 1));
        }
        assertRefused(entry(99, Packets.SUBSCRIBER.plus(99), 99), Reason.CAPACITY_REACHED);
        bench.subscribers().remove(1, Packets.SUBSCRIBER);
        bench.subscribers().install(entry(99, Packets.SUBSCRIBER.plus(99), 99));
    }

    @Test
    void fifthLengthIsRefusedWhileFourAreInUse() throws Exception {
        for (int i = 0; i < 4; i++) {
            bench.subscribers()
                    .install(entry(
                            i + 1,
                            Packets.SUBSCRIBER.plus(i),
                            0,
                            Ip6Prefix.parse("2001:db8:a" + i + "::/" + (48 + i))));
        }
        assertRefused(entry(9, Packets.SUBSCRIBER.plus(9), 0, HOME), Reason.CAPACITY_REACHED);
        bench.subscribers().remove(1, Packets.SUBSCRIBER);
        bench.subscribers().install(entry(9, Packets.SUBSCRIBER.plus(9), 0, HOME));
        assertThat(bench.subscribers().settings().prefixLengths()).containsExactly(56, 51, 50, 49);
        assertThat(bench.adopt().settings()).isEqualTo(bench.subscribers().settings());
    }

    @Test
    void keysThatLeadToNobodyAreForgottenAtTheNextStart() throws Exception {
        PppoeKey key = new PppoeKey(Packets.SUBSCRIBER_MAC, 17, 100, 7, 0);
        prefixes().change(33, List.of(HOME)); // a crash in the middle of a removal
        sessions().put(key, new PppoeIndex.Value(33, 5));
        bench.adopt();
        assertThat(prefixes().find(HOME)).isEmpty();
        assertThat(sessions().find(key)).isEmpty();
    }
}
