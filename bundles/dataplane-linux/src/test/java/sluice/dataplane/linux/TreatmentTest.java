package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.Allowed;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Garden;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.testkit.Station;

/** IPv6, walled gardens and what is changed in packets. */
@Timeout(60)
final class TreatmentTest {

    private static final Ip6 HOST = Ip6.parse("2001:db8:1::10");
    private static final Ip6 DELEGATED = Ip6.parse("2001:db8:56:12ff::9");
    private static final Ip6 SERVER6 = Ip6.parse("2001:db8:ffff::7");
    private static final List<Ip6Prefix> PREFIXES =
            List.of(Ip6Prefix.parse("2001:db8:1::/64"), Ip6Prefix.parse("2001:db8:56:1200::/56"));
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:01:02");
    private static final Ip4 PORTAL = Ip4.parse("192.0.2.10");
    private static final Ip4 WEB = Ip4.parse("203.0.113.80");
    private static final int BYTES = 200;

    private Ends ends;
    private LinuxDataPlane dataPlane;

    @BeforeEach
    void build() throws Exception {
        ends = new Ends();
        dataPlane = ends.start(Shaping.POLICER, 64);
        ends.closeLater(() -> dataPlane.close());
    }

    @AfterEach
    void tearDown() {
        if (ends != null) {
            ends.close();
        }
    }

    private static SubscriberEntry entry(long session, Ip4 address, List<Ip6Prefix> prefixes, Treatment treatment) {
        return new SubscriberEntry(
                session,
                0,
                List.of(),
                Ends.ALICES_MAC,
                0,
                address,
                prefixes,
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                treatment);
    }

    private static Treatment treatment(OptionalInt up, OptionalInt down, int segment, int mtu) {
        return new Treatment(Treatment.Identity.STRICT, Treatment.Access.OPEN, 0, up, down, false, segment, mtu);
    }

    private void sendUp(MacAddress mac, Bytes packet) {
        ends.access.send(ends.up(mac, List.of(), type(packet), packet));
    }

    private void sendDown(Bytes packet) {
        ends.core.send(ends.down(type(packet), packet));
    }

    private static int type(Bytes packet) {
        return packet.at(0) >>> 4 == 4 ? EthernetFrame.IP4 : EthernetFrame.IP6;
    }

    private static boolean gets(Station station, Bytes packet) throws Exception {
        return station.receives(frame -> frame.slice(14).equals(packet));
    }

    private static long count(Station station, Bytes packet) {
        return station.count(frame -> frame.slice(14).equals(packet));
    }

    private Traffic traffic(Ip4 address) {
        return dataPlane.read(1, address).orElseThrow();
    }

    @Test
    void prefixesPassBothWaysFromTheirLineAloneAndAreCountedApart() throws Exception {
        dataPlane.install(entry(1, Ends.ALICE, PREFIXES, Treatment.PLAIN));
        Bytes fromHost = TestPackets.udp6(HOST, SERVER6, 9000, BYTES);
        Bytes fromDelegation = TestPackets.udp6(DELEGATED, SERVER6, 9000, BYTES);
        Bytes toDelegation = TestPackets.udp6(SERVER6, DELEGATED, 9000, BYTES);
        sendUp(OTHER_MAC, fromHost);
        sendUp(Ends.ALICES_MAC, TestPackets.udp6(Ip6.parse("2001:db8:2::1"), SERVER6, 9000, BYTES));
        sendUp(Ends.ALICES_MAC, fromHost);
        sendUp(Ends.ALICES_MAC, fromDelegation);
        sendDown(toDelegation);
        sendDown(TestPackets.udp6(SERVER6, Ip6.parse("2001:db8:2::1"), 9000, BYTES));
        Bytes fromAlice = Ends.udp(Ends.ALICE, Ends.SERVER, 9000, BYTES);
        sendUp(Ends.ALICES_MAC, fromAlice);
        assertThat(gets(ends.core, TestPackets.hop6(fromHost))).isTrue();
        assertThat(gets(ends.core, TestPackets.hop6(fromDelegation))).isTrue();
        assertThat(gets(ends.core, TestPackets.hop4(fromAlice))).isTrue();
        assertThat(ends.access.receives(frame -> frame.slice(14).equals(TestPackets.hop6(toDelegation))
                        && frame.slice(0, 6).equals(Ends.ALICES_MAC.toBytes())))
                .isTrue();
        assertThat(traffic(Ends.ALICE))
                .isEqualTo(new Traffic(3, 3 * BYTES, 1, BYTES, 2, 2 * BYTES, 1, BYTES, 0, 0, 0, 0, 1, 0));
        dataPlane.stop(1, Ends.ALICE);
        sendUp(Ends.ALICES_MAC, fromHost);
        sendDown(toDelegation);
        dataPlane.install(entry(1, Ends.ALICE, List.of(), Treatment.PLAIN));
        sendUp(Ends.ALICES_MAC, fromHost);
        sendUp(Ends.ALICES_MAC, fromAlice);
        assertThat(ends.core.receives(frame -> count(ends.core, TestPackets.hop4(fromAlice)) == 2))
                .isTrue();
        assertThat(count(ends.core, TestPackets.hop6(fromHost))).isEqualTo(1);
        assertThat(ends.gateway.ip("-6", "route", "show", "table", "6400", "dev", "trunk0"))
                .isEmpty();
    }

    @Test
    void subscriberWithoutIp4IsFoundBySessionAndFoundAgain() throws Exception {
        SubscriberEntry entry = entry(1, Ip4.ANY, PREFIXES, Treatment.PLAIN);
        dataPlane.install(entry);
        dataPlane.close();
        dataPlane = ends.start(Shaping.POLICER, 64);
        assertThat(dataPlane.entries()).containsExactly(entry);
        Bytes packet = TestPackets.udp6(HOST, SERVER6, 9000, BYTES);
        sendUp(Ends.ALICES_MAC, packet);
        assertThat(gets(ends.core, TestPackets.hop6(packet))).isTrue();
        assertThat(dataPlane.remove(1, Ip4.ANY).orElseThrow().uploadBytes6()).isEqualTo(BYTES);
    }

    @Test
    void prefixOfAnotherSessionIsRefusedAndThatOfTheSameComesOver() throws Exception {
        dataPlane.install(entry(1, Ends.ALICE, PREFIXES, Treatment.PLAIN));
        Ip4 bob = Ends.ALICE.plus(1);
        List<Ip6Prefix> inside = List.of(Ip6Prefix.parse("2001:db8:56:1280::/64"));
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> dataPlane.install(entry(2, bob, inside, Treatment.PLAIN)))
                .matches(failure -> failure.reason() == Reason.CONFLICT);
        dataPlane.install(entry(1, bob, PREFIXES, Treatment.PLAIN));
        assertThat(dataPlane.entries())
                .containsExactlyInAnyOrder(
                        entry(1, Ends.ALICE, List.of(), Treatment.PLAIN), entry(1, bob, PREFIXES, Treatment.PLAIN));
        Bytes packet = TestPackets.udp6(HOST, SERVER6, 9000, BYTES);
        sendUp(Ends.ALICES_MAC, packet);
        assertThat(gets(ends.core, TestPackets.hop6(packet))).isTrue();
        assertThat(traffic(bob).uploadPackets6()).isEqualTo(1);
    }

    @Test
    void networkBehindASubscriberPassesBothWays() throws Exception {
        Ip4Prefix network = Ip4Prefix.parse("192.0.2.0/25");
        for (Ip4 address : List.of(Ends.ALICE, Ip4.ANY)) {
            SubscriberEntry entry = new SubscriberEntry(
                    1,
                    0,
                    List.of(),
                    Ends.ALICES_MAC,
                    0,
                    0,
                    address,
                    List.of(),
                    List.of(network),
                    Policer.UNLIMITED,
                    Policer.UNLIMITED,
                    Treatment.PLAIN);
            dataPlane.install(entry);
            Bytes up = Ends.udp(PORTAL, Ends.SERVER, 9000, BYTES);
            Bytes down = Ends.udp(Ends.SERVER, PORTAL, 9000, BYTES);
            sendUp(OTHER_MAC, up);
            sendUp(Ends.ALICES_MAC, up);
            sendDown(down);
            assertThat(gets(ends.core, TestPackets.hop4(up))).isTrue();
            assertThat(gets(ends.access, TestPackets.hop4(down))).isTrue();
            assertThat(traffic(address)).isEqualTo(new Traffic(1, BYTES, 1, BYTES, 0, 0, 1));
            dataPlane.close();
            dataPlane = ends.start(Shaping.POLICER, 64);
            assertThat(dataPlane.entries()).containsExactly(entry);
            dataPlane.remove(1, address);
            ends.core.forget();
            ends.access.forget();
        }
        assertThat(ends.gateway.ip("route", "show", "table", "6400", "dev", "trunk0"))
                .isEmpty();
    }

    @Test
    void codePointsAreSetInBothDirectionsOfBothVersions() throws Exception {
        Treatment marked = treatment(OptionalInt.of(46), OptionalInt.of(10), 0, 0);
        dataPlane.install(entry(1, Ends.ALICE, PREFIXES, marked));
        Bytes up4 = Ends.udp(Ends.ALICE, Ends.SERVER, 9000, BYTES);
        Bytes up6 = TestPackets.udp6(HOST, SERVER6, 9000, BYTES);
        Bytes down4 = Ends.udp(Ends.SERVER, Ends.ALICE, 9000, BYTES);
        Bytes down6 = TestPackets.udp6(SERVER6, HOST, 9000, BYTES);
        sendUp(Ends.ALICES_MAC, up4);
        sendUp(Ends.ALICES_MAC, up6);
        sendDown(down4);
        sendDown(down6);
        assertThat(gets(ends.core, TestPackets.marked4(TestPackets.hop4(up4), 46)))
                .isTrue();
        assertThat(gets(ends.core, TestPackets.marked6(TestPackets.hop6(up6), 46)))
                .isTrue();
        assertThat(gets(ends.access, TestPackets.marked4(TestPackets.hop4(down4), 10)))
                .isTrue();
        assertThat(gets(ends.access, TestPackets.marked6(TestPackets.hop6(down6), 10)))
                .isTrue();
    }

    @Test
    void largestSegmentOfAConnectionIsLoweredAndNeverRaised() throws Exception {
        dataPlane.install(entry(1, Ends.ALICE, PREFIXES, treatment(OptionalInt.empty(), OptionalInt.empty(), 1400, 0)));
        sendUp(Ends.ALICES_MAC, TestPackets.tcp(Ends.ALICE, 4000, WEB, 443, TestPackets.SYN, 1460));
        sendUp(Ends.ALICES_MAC, TestPackets.tcp(Ends.ALICE, 4001, WEB, 443, TestPackets.SYN, 536));
        sendUp(Ends.ALICES_MAC, TestPackets.tcp6(HOST, SERVER6, TestPackets.SYN, 1440));
        Bytes lowered = TestPackets.tcp(Ends.ALICE, 4000, WEB, 443, TestPackets.SYN, 1400);
        Bytes small = TestPackets.tcp(Ends.ALICE, 4001, WEB, 443, TestPackets.SYN, 536);
        assertThat(gets(ends.core, TestPackets.hop4(lowered))).isTrue();
        assertThat(gets(ends.core, TestPackets.hop4(small))).isTrue();
        assertThat(gets(ends.core, TestPackets.hop6(TestPackets.tcp6(HOST, SERVER6, TestPackets.SYN, 1380))))
                .isTrue();
        sendDown(TestPackets.tcp(WEB, 443, Ends.ALICE, 4000, TestPackets.SYN | TestPackets.ACK, 1460));
        Bytes answer = TestPackets.tcp(WEB, 443, Ends.ALICE, 4000, TestPackets.SYN | TestPackets.ACK, 1400);
        assertThat(gets(ends.access, TestPackets.hop4(answer))).isTrue();
    }

    @Test
    void senderOfAPacketTooLargeForTheSubscriberIsTold() throws Exception {
        dataPlane.install(entry(1, Ends.ALICE, PREFIXES, treatment(OptionalInt.empty(), OptionalInt.empty(), 0, 1300)));
        ends.gateway.ip("route", "add", "default", "via", Ends.ROUTER.toString()); // for messages of the gateway
        ends.gateway.ip("-6", "route", "add", "default", "via", "2001:db8:99::2", "dev", "core0", "onlink");
        byte[] large = Ends.udp(Ends.SERVER, Ends.ALICE, 9000, 1400).toArray();
        large[6] |= 0x40; // must not be fragmented
        sendDown(TestPackets.marked4(Bytes.adopt(large), 0));
        sendDown(TestPackets.udp6(SERVER6, HOST, 9000, 1400));
        assertThat(ends.core.receives(frame -> frame.length() > 42
                        && frame.at(23) == 1
                        && frame.at(34) == 3
                        && frame.at(35) == 4
                        && (frame.at(40) << 8 | frame.at(41)) == 1300))
                .isTrue();
        assertThat(ends.core.receives(frame -> frame.length() > 62
                        && frame.at(20) == 58
                        && frame.at(54) == 2
                        && (frame.at(60) << 8 | frame.at(61)) == 1300))
                .isTrue();
    }

    @Test
    void walledSubscriberReachesWhatIsAllowedAndThePortalInPlaceOfTheWeb() throws Exception {
        Garden garden = new Garden(
                7,
                List.of(Allowed.parse("198.51.100.0/24 udp/53"), Allowed.parse("2001:db8:ffff::/48 any")),
                Optional.of(new Garden.Portal(PORTAL, 8080)));
        dataPlane.gardens(List.of(garden));
        Treatment walled = Treatment.PLAIN.withAccess(Treatment.Access.WALLED, 7);
        dataPlane.install(entry(1, Ends.ALICE, PREFIXES, walled));
        Bytes dns = Ends.udp(Ends.ALICE, Ends.SERVER, 53, BYTES);
        Bytes refused = Ends.udp(Ends.ALICE, Ends.SERVER, 54, BYTES);
        Bytes refused6 = TestPackets.udp6(HOST, Ip6.parse("2001:db8:fffe::1"), 53, BYTES);
        Bytes allowed6 = TestPackets.udp6(HOST, SERVER6, 54, BYTES);
        List.of(refused, refused6, dns, allowed6).forEach(packet -> sendUp(Ends.ALICES_MAC, packet));
        assertThat(gets(ends.core, TestPackets.hop4(dns))).isTrue();
        assertThat(gets(ends.core, TestPackets.hop6(allowed6))).isTrue();
        assertThat(count(ends.core, TestPackets.hop4(refused)) + count(ends.core, TestPackets.hop6(refused6)))
                .isZero();
        sendUp(Ends.ALICES_MAC, TestPackets.tcp(Ends.ALICE, 4000, WEB, 80, TestPackets.SYN, 1460));
        Bytes atPortal = TestPackets.tcp(Ends.ALICE, 4000, PORTAL, 8080, TestPackets.SYN, 1460);
        assertThat(gets(ends.core, TestPackets.hop4(atPortal))).isTrue();
        sendDown(TestPackets.tcp(PORTAL, 8080, Ends.ALICE, 4000, TestPackets.SYN | TestPackets.ACK, 1460));
        Bytes answer = TestPackets.tcp(WEB, 80, Ends.ALICE, 4000, TestPackets.SYN | TestPackets.ACK, 1460);
        assertThat(gets(ends.access, TestPackets.hop4(answer))).isTrue();
        sendUp(Ends.ALICES_MAC, TestPackets.tcp(Ends.ALICE, 4000, Ends.SERVER, 80, TestPackets.SYN, 1460));
        assertThat(ends.core.receives(frame -> count(ends.core, TestPackets.hop4(atPortal)) == 2))
                .isTrue();
        sendDown(TestPackets.tcp(PORTAL, 8080, Ends.ALICE, 4000, TestPackets.SYN | TestPackets.ACK, 1460));
        Bytes other = TestPackets.tcp(Ends.SERVER, 80, Ends.ALICE, 4000, TestPackets.SYN | TestPackets.ACK, 1460);
        assertThat(gets(ends.access, TestPackets.hop4(other))).isTrue();
        assertThat(traffic(Ends.ALICE).refused()).isEqualTo(2);
    }

    @Test
    void gardenStaysOverARestartAndOneThatIsGoneLeadsNowhere() throws Exception {
        dataPlane.gardens(List.of(new Garden(7, List.of(Allowed.parse("198.51.100.0/24")), Optional.empty())));
        dataPlane.install(entry(1, Ends.ALICE, List.of(), Treatment.PLAIN.withAccess(Treatment.Access.WALLED, 7)));
        dataPlane.close();
        dataPlane = ends.start(Shaping.POLICER, 64);
        Bytes first = Ends.udp(Ends.ALICE, Ends.SERVER, 53, BYTES);
        sendUp(Ends.ALICES_MAC, first);
        assertThat(gets(ends.core, TestPackets.hop4(first))).isTrue();
        dataPlane.gardens(List.of());
        Bytes second = Ends.udp(Ends.ALICE, Ends.SERVER, 54, BYTES);
        sendUp(Ends.ALICES_MAC, second);
        sendDown(Ends.udp(Ends.SERVER, Ends.ALICE, 9000, BYTES));
        for (int i = 0; i < 100 && traffic(Ends.ALICE).refused() < 2; i++) {
            ends.core.await(20);
        }
        assertThat(traffic(Ends.ALICE).refused()).isEqualTo(2);
        dataPlane.install(entry(1, Ends.ALICE, List.of(), Treatment.PLAIN));
        sendUp(Ends.ALICES_MAC, second);
        assertThat(gets(ends.core, TestPackets.hop4(second))).isTrue();
        assertThat(count(ends.core, TestPackets.hop4(second))).isEqualTo(1);
    }
}
