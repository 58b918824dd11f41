package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
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
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/** IPv6 prefixes and PPPoE sessions lead to the entry that has them, and to nobody else, whatever happens. */
final class EntryKeysTest {

    private static final Ip6Prefix HOME = Ip6Prefix.parse("2001:db8:1::/56");
    private static final Ip6Prefix HOST = Ip6Prefix.parse("2001:db8::1/128");

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

    private PrefixIndex prefixes() throws KernelException {
        return new PrefixIndex(bench.loaded().map("prefixes"), 5000, index -> true);
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
        assertRefused(entry(2, Packets.SUBSCRIBER.plus(1), 0, HOME), Reason.ADDRESS_IN_USE);
        assertRefused(entry(2, Ip4.ANY, 17), Reason.ADDRESS_IN_USE);
        assertThat(bench.subscribers().read(2, Ip4.ANY)).isEmpty();
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
                    .install(entry(i + 1, Packets.SUBSCRIBER.plus(i), 0, Ip6Prefix.parse("2001:db8::/" + (48 + i))));
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
