package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.VlanId;
import sluice.net.VlanTag;

/** IPv4 networks behind a subscriber (Framed-Route, RFC 2865, 5.22): led to it, let in from it and from nobody else. */
final class RouteTest {

    private static final long SESSION = 42;
    private static final Ip4Prefix SITE = Ip4Prefix.parse("192.0.2.64/27");
    private static final Ip4 HOST = Ip4.parse("192.0.2.70");

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

    private static SubscriberEntry entry(Ip4 address, Treatment treatment, Ip4Prefix... routes) {
        return new SubscriberEntry(
                SESSION,
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
                treatment);
    }

    private static Bytes up(Ip4 source, List<VlanTag> tags) {
        return Packets.ip(
                Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, tags, Packets.udp(source, Packets.SERVER, 9000, 100));
    }

    private static Bytes down(Ip4 destination) {
        return Packets.ip(
                Packets.CORE_MAC,
                Packets.NEXT_HOP_MAC,
                Packets.UNTAGGED,
                Packets.udp(Packets.SERVER, destination, 9000, 100));
    }

    private Verdict fromLine(Ip4 source) throws Exception {
        return bench.access(up(source, Packets.DOUBLE)).verdict();
    }

    private Verdict fromCore(Ip4 destination) throws Exception {
        return bench.core(down(destination)).verdict();
    }

    @Test
    void packetsOfTheNetworkPassBothWaysAndCountForTheSubscriber() throws Exception {
        bench.subscribers().install(entry(Packets.SUBSCRIBER, Treatment.PLAIN, SITE));
        Bench.Result sent = bench.access(up(HOST, Packets.DOUBLE));
        assertThat(sent.verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(sent.frame())
                .isEqualTo(Packets.ip(
                        Packets.NEXT_HOP_MAC,
                        Packets.CORE_MAC,
                        Packets.UNTAGGED,
                        Packets.hop(Packets.udp(HOST, Packets.SERVER, 9000, 100))));
        Bench.Result received = bench.core(down(HOST));
        assertThat(received.verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        assertThat(received.frame())
                .isEqualTo(Packets.ip(
                        Packets.SUBSCRIBER_MAC,
                        Packets.GATEWAY_MAC,
                        Packets.DOUBLE,
                        Packets.hop(Packets.udp(Packets.SERVER, HOST, 9000, 100))));
        assertThat(bench.subscribers().read(SESSION, Packets.SUBSCRIBER))
                .contains(new Traffic(1, 128, 1, 128, 0, 0, 0));
    }

    @Test
    void networkEndsWhereItsPrefixDoes() throws Exception {
        bench.subscribers().install(entry(Packets.SUBSCRIBER, Treatment.PLAIN, SITE));
        assertThat(fromLine(SITE.network())).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(fromLine(SITE.broadcast())).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(fromLine(SITE.network().plus(-1))).isEqualTo(Verdict.UNKNOWN_SOURCE);
        assertThat(fromLine(SITE.broadcast().plus(1))).isEqualTo(Verdict.UNKNOWN_SOURCE);
        assertThat(fromCore(SITE.broadcast().plus(1))).isEqualTo(Verdict.PASSED);
    }

    @Test
    void sourceOfTheNetworkOnAnotherLineIsSpoofed() throws Exception {
        bench.subscribers().install(entry(Packets.SUBSCRIBER, Treatment.PLAIN, SITE));
        List<VlanTag> neighbour = List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(8)));
        assertThat(bench.access(up(HOST, neighbour)).verdict()).isEqualTo(Verdict.SPOOFED_LINE);
        assertThat(bench.subscribers()
                        .read(SESSION, Packets.SUBSCRIBER)
                        .orElseThrow()
                        .spoofed())
                .isEqualTo(1);
    }

    @Test
    void addressThatSomebodyHasGoesBeforeTheRoute() throws Exception {
        Ip4Prefix around = Ip4Prefix.around(Packets.SUBSCRIBER, 24);
        bench.subscribers().install(entry(Packets.SUBSCRIBER.plus(1), Treatment.PLAIN, around));
        bench.subscribers()
                .install(new SubscriberEntry(
                        7,
                        0,
                        Packets.DOUBLE,
                        Packets.SUBSCRIBER_MAC,
                        Packets.SUBSCRIBER,
                        Policer.UNLIMITED,
                        Policer.UNLIMITED));
        assertThat(fromCore(Packets.SUBSCRIBER)).isEqualTo(Verdict.FORWARDED_DOWN);
        assertThat(fromCore(Packets.SUBSCRIBER.plus(2))).isEqualTo(Verdict.FORWARDED_DOWN);
        assertThat(bench.subscribers().read(7, Packets.SUBSCRIBER).orElseThrow().downloadPackets())
                .isEqualTo(1);
        assertThat(bench.subscribers()
                        .read(SESSION, Packets.SUBSCRIBER.plus(1))
                        .orElseThrow()
                        .downloadPackets())
                .isEqualTo(1);
    }

    @Test
    void blockHoldsForTheNetworkToo() throws Exception {
        bench.subscribers()
                .install(entry(Packets.SUBSCRIBER, Treatment.PLAIN.withAccess(Treatment.Access.BLOCKED, 0), SITE));
        assertThat(fromLine(HOST)).isEqualTo(Verdict.BLOCKED_UP);
        assertThat(fromCore(HOST)).isEqualTo(Verdict.BLOCKED_DOWN);
    }

    @Test
    void routeEndsWithStopRemovalAndChange() throws Exception {
        bench.subscribers().install(entry(Packets.SUBSCRIBER, Treatment.PLAIN, SITE));
        bench.subscribers().stop(SESSION, Packets.SUBSCRIBER);
        assertThat(fromLine(HOST)).isEqualTo(Verdict.UNKNOWN_SOURCE);
        assertThat(fromCore(HOST)).isEqualTo(Verdict.PASSED);
        bench.subscribers().install(entry(Packets.SUBSCRIBER, Treatment.PLAIN, SITE));
        assertThat(fromCore(HOST)).isEqualTo(Verdict.FORWARDED_DOWN);
        bench.subscribers().install(entry(Packets.SUBSCRIBER, Treatment.PLAIN));
        assertThat(fromCore(HOST)).isEqualTo(Verdict.PASSED);
        bench.subscribers().install(entry(Packets.SUBSCRIBER, Treatment.PLAIN, SITE));
        bench.subscribers().remove(SESSION, Packets.SUBSCRIBER);
        assertThat(fromCore(HOST)).isEqualTo(Verdict.PASSED);
    }

    @Test
    void nextControlPlaneFindsTheRoute() throws Exception {
        SubscriberEntry site = entry(Packets.SUBSCRIBER, Treatment.PLAIN, SITE, Ip4Prefix.parse("198.18.0.0/16"));
        bench.subscribers().install(site);
        Subscribers next = bench.adopt();
        assertThat(next.entries()).containsExactly(site);
        assertThat(fromCore(HOST)).isEqualTo(Verdict.FORWARDED_DOWN);
        next.remove(SESSION, Packets.SUBSCRIBER);
        assertThat(fromCore(HOST)).isEqualTo(Verdict.PASSED);
    }
}
