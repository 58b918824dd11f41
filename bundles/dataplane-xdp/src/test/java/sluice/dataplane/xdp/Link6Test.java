package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip6;

/** What stays on a subscriber's link: neighbour discovery, multicast listeners, DHCPv6; and IPv6 that is broken. */
final class Link6Test {

    private static final int SHORTEST = 14;
    private static final int HEADERS = 14 + 8 + Packets6.HEADER;
    private static final Bytes TARGET = Bytes.copyOf(new byte[4])
            .plus(Packets6.GATEWAY_LINK_LOCAL.toBytes())
            .plus(Bytes.fromHex("0101020000000101"));
    private static final Bytes ROUTER_SOLICITATION = Bytes.fromHex("000000000101020000000101");
    private static final Bytes LISTENER_REPORT = Bytes.fromHex("0000000104000000ff0200000000000000000001ff000101");

    private Bench bench;

    static Stream<Line> lines() {
        return Line.all().stream();
    }

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        bench.subscribers().install(Packets6.entry(Line.IPOE));
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    /** No socket is bound here, so the kernel has it, as it came. */
    private void assertPunted(Bytes frame) throws Exception {
        assertThat(bench.access(frame)).isEqualTo(new Bench.Result(Bench.PASS, frame, Verdict.PUNT_UNHEARD));
    }

    private void assertDropped(Bytes frame, Verdict verdict) throws Exception {
        Bench.Result result = bench.access(frame);
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.action()).isEqualTo(Bench.DROP);
    }

    private static Bytes fromLink(Ip6 destination, int hops, int type, Bytes body) {
        return Packets6.icmp(Packets6.SUBSCRIBER_LINK_LOCAL, destination, hops, type, 0, body);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void neighbourDiscoveryGoesToTheControlPlaneAsItCame(Line line) throws Exception {
        bench.subscribers().install(Packets6.entry(line));
        Ip6 solicitedNode = Ip6.parse("ff02::1:ff00:fe");
        assertPunted(Packets6.group(line, fromLink(Packets6.ALL_ROUTERS, 255, 133, ROUTER_SOLICITATION)));
        assertPunted(Packets6.group(line, fromLink(solicitedNode, 255, 135, TARGET)));
        assertPunted(Packets6.group(line, fromLink(Ip6.parse("ff02::1"), 255, 136, TARGET)));
        assertPunted(Packets6.up(line, fromLink(Packets6.GATEWAY_LINK_LOCAL, 255, 136, TARGET)));
        assertPunted(Packets6.up(line, fromLink(Packets6.GATEWAY_LINK_LOCAL, 255, 135, TARGET)));
        Bytes detection = Packets6.icmp(Ip6.ANY, solicitedNode, 255, 135, 0, TARGET.slice(0, 20));
        assertPunted(Packets6.group(line, detection));
        Bytes fromStranger = Packets6.icmp(Packets6.SERVER, solicitedNode, 255, 135, 0, TARGET);
        assertPunted(Packets6.group(line, fromStranger));
        assertThat(bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER)).contains(Traffic.NONE);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void dhcpAndListenersAndEchoGoToTheControlPlaneAsTheyCame(Line line) throws Exception {
        bench.subscribers().install(Packets6.entry(line));
        assertPunted(Packets6.group(
                line, Packets6.udp(Packets6.SUBSCRIBER_LINK_LOCAL, Packets6.ALL_DHCP_SERVERS, 547, 120)));
        assertPunted(
                Packets6.up(line, Packets6.udp(Packets6.SUBSCRIBER_LINK_LOCAL, Packets6.GATEWAY_LINK_LOCAL, 547, 120)));
        Bytes report =
                Packets6.extended(fromLink(Ip6.parse("ff02::16"), 1, 143, LISTENER_REPORT), Packets6.HOP_BY_HOP, 8);
        assertPunted(Packets6.group(line, report));
        Bytes echo = fromLink(Packets6.GATEWAY_LINK_LOCAL, 64, 128, Bytes.fromHex("00010001abcd"));
        assertPunted(Packets6.up(line, echo));
    }

    @Test
    void pppoeSessionThatIsNotOpenSaysNothing() throws Exception {
        Bytes discovery = fromLink(Packets6.GATEWAY_LINK_LOCAL, 255, 135, TARGET);
        assertPunted(Packets6.up(Line.PPPOE, discovery)); // that it is nobody's
        bench.subscribers().install(Packets6.entry(Line.PPPOE));
        assertPunted(Packets6.up(Line.PPPOE, discovery));
        bench.subscribers().stop(Line.SESSION, Packets.SUBSCRIBER);
        assertDropped(Packets6.up(Line.PPPOE, discovery), Verdict.UNKNOWN_PPPOE);
    }

    @Test
    void packetBeyondTheEndOfItsPppoeFrameIsTruncated() throws Exception {
        bench.subscribers().install(Packets6.entry(Line.PPPOE));
        Bytes packet = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 40);
        Bytes whole = Packets6.up(Line.PPPOE, packet);
        int lengthAt = 14 + 8 + 5;
        assertThat(bench.access(Packets.with(whole, lengthAt, packet.length() + 1))
                        .verdict())
                .isEqualTo(Verdict.TRUNCATED_IP);
        for (int length = SHORTEST; length < whole.length(); length++) {
            Bench.Result result = bench.access(whole.slice(0, length));
            assertThat(result.verdict()).isIn(Verdict.TRUNCATED_VLAN, Verdict.TRUNCATED_PPPOE, Verdict.TRUNCATED_IP);
        }
        assertThat(bench.access(whole).verdict()).isEqualTo(Verdict.FORWARDED_UP);
    }

    @Test
    void routersAmongSubscribersAreNotHeard() throws Exception {
        Bytes body = Bytes.copyOf(new byte[12]);
        assertDropped(Packets6.group(Line.IPOE, fromLink(Ip6.parse("ff02::1"), 255, 134, body)), Verdict.ROGUE_ND);
        assertDropped(Packets6.group(Line.IPOE, fromLink(Ip6.parse("ff02::1"), 255, 137, body)), Verdict.ROGUE_ND);
    }

    @Test
    void discoveryThatCrossedARouterOrHasACodeIsRefused() throws Exception {
        for (int hops : List.of(0, 1, 64, 254)) {
            assertDropped(
                    Packets6.up(Line.IPOE, fromLink(Packets6.GATEWAY_LINK_LOCAL, hops, 135, TARGET)), Verdict.BAD_ND);
        }
        Bytes code = Packets6.icmp(Packets6.SUBSCRIBER_LINK_LOCAL, Packets6.GATEWAY_LINK_LOCAL, 255, 135, 1, TARGET);
        assertDropped(Packets6.up(Line.IPOE, code), Verdict.BAD_ND);
        assertDropped(
                Packets6.group(Line.IPOE, fromLink(Ip6.parse("ff02::16"), 2, 143, LISTENER_REPORT)), Verdict.BAD_ND);
    }

    @Test
    void linkLocalAddressesAreNotForwarded() throws Exception {
        Bytes out = Packets6.udp(Packets6.SUBSCRIBER_LINK_LOCAL, Packets6.SERVER, 9000, 10);
        assertDropped(Packets6.up(Line.IPOE, out), Verdict.LINK_LOCAL);
        Bytes in = Packets6.udp(Packets6.HOST, Packets6.GATEWAY_LINK_LOCAL, 9000, 10);
        assertDropped(Packets6.up(Line.IPOE, in), Verdict.LINK_LOCAL);
        Bytes group = Packets6.udp(Packets6.HOST, Ip6.parse("ff0e::1"), 9000, 10);
        assertDropped(Packets6.group(Line.IPOE, group), Verdict.LINK_LOCAL);
        Bytes nobody = Packets6.udp(Ip6.ANY, Packets6.SERVER, 9000, 10);
        assertDropped(Packets6.up(Line.IPOE, nobody), Verdict.LINK_LOCAL);
        Bytes routed = fromLink(Packets6.SERVER, 255, 135, TARGET);
        assertDropped(Packets6.up(Line.IPOE, routed), Verdict.LINK_LOCAL);
    }

    @Test
    void fragmentsOfTheLinkAreNotHeard() throws Exception {
        Bytes discovery = fromLink(Packets6.GATEWAY_LINK_LOCAL, 255, 135, TARGET);
        for (int offset : List.of(0, 1, 100)) {
            for (boolean more : List.of(true, false)) {
                assertDropped(Packets6.up(Line.IPOE, Packets6.fragment(discovery, offset, more)), Verdict.LINK_LOCAL);
            }
        }
    }

    @Test
    void extensionHeadersAreWalkedToTheMessageButNotForEver() throws Exception {
        Bytes packet = fromLink(Packets6.GATEWAY_LINK_LOCAL, 255, 135, TARGET);
        for (int count = 1; count <= 7; count++) {
            packet = Packets6.extended(packet, Packets6.OPTIONS, 8 * count);
            assertPunted(Packets6.up(Line.IPOE, packet));
        }
        for (int count = 8; count <= 12; count++) {
            packet = Packets6.extended(packet, Packets6.OPTIONS, 8);
            assertDropped(Packets6.up(Line.IPOE, packet), Verdict.BAD_IP6_EXTENSION);
        }
        Bytes endless = Packets6.extended(fromLink(Packets6.GATEWAY_LINK_LOCAL, 255, 135, TARGET), Packets6.OPTIONS, 8);
        assertDropped(
                Packets6.up(Line.IPOE, Packets.with(endless, Packets6.HEADER + 1, 255)), Verdict.BAD_IP6_EXTENSION);
    }

    @Test
    void everyTruncationIsDroppedAsTruncated() throws Exception {
        for (Bytes packet : List.of(
                Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 40),
                fromLink(Packets6.GATEWAY_LINK_LOCAL, 255, 135, TARGET),
                Packets6.extended(fromLink(Ip6.parse("ff02::16"), 1, 143, LISTENER_REPORT), Packets6.HOP_BY_HOP, 8),
                Packets6.udp(Packets6.SUBSCRIBER_LINK_LOCAL, Packets6.GATEWAY_LINK_LOCAL, 547, 40))) {
            Bytes whole = Packets6.up(Line.IPOE, packet);
            for (int length = SHORTEST; length < whole.length(); length++) {
                Bench.Result result = bench.access(whole.slice(0, length));
                assertThat(result.verdict())
                        .as("%d of %s", length, whole)
                        .isIn(Verdict.TRUNCATED_VLAN, Verdict.TRUNCATED_IP);
                assertThat(result.action()).isEqualTo(Bench.DROP);
            }
        }
        assertThat(bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER)).contains(Traffic.NONE);
    }

    @Test
    void everyTruncationInsideAMessageIsDroppedByItsName() throws Exception {
        Set<Verdict> names = Set.of(
                Verdict.BAD_IP6_LENGTH, Verdict.BAD_IP6_EXTENSION, Verdict.TRUNCATED_ICMP, Verdict.TRUNCATED_UDP);
        Bytes report =
                Packets6.extended(fromLink(Ip6.parse("ff02::16"), 1, 143, LISTENER_REPORT), Packets6.HOP_BY_HOP, 8);
        Bytes dhcp = Packets6.udp(Packets6.SUBSCRIBER_LINK_LOCAL, Packets6.GATEWAY_LINK_LOCAL, 547, 0);
        for (int length = 0; length < 16; length++) {
            Bytes cut = Packets.with(report, 5, length).slice(0, Packets6.HEADER + length);
            assertThat(bench.access(Packets6.up(Line.IPOE, cut)).verdict()).isIn(names);
            Bytes padded = Packets.with(report, 5, length);
            assertThat(bench.access(Packets6.up(Line.IPOE, padded)).verdict()).isIn(names);
        }
        for (int length = 0; length < 8; length++) {
            Bytes cut = Packets.with(dhcp, 5, length);
            assertThat(bench.access(Packets6.up(Line.IPOE, cut)).verdict()).isIn(names);
        }
    }

    @Test
    void everyTruncationFromTheCoreIsDroppedOrLeftToTheKernel() throws Exception {
        Bytes whole = Packets6.down(Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, 40));
        for (int length = SHORTEST; length < whole.length(); length++) {
            Verdict expected = length < SHORTEST + Packets6.HEADER ? Verdict.PASSED : Verdict.TRUNCATED_IP;
            assertThat(bench.core(whole.slice(0, length)).verdict())
                    .as("%d bytes", length)
                    .isEqualTo(expected);
        }
    }

    @Test
    void wrongFieldsOfTheHeaderHaveTheirOwnReasons() throws Exception {
        Bytes good = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 40);
        assertDropped(Packets6.up(Line.IPOE, Packets.with(good, 0, 0x40)), Verdict.BAD_IP_VERSION);
        assertDropped(Packets6.up(Line.IPOE, Packets.with(good, 0, 0x70)), Verdict.BAD_IP_VERSION);
        assertDropped(Packets6.up(Line.IPOE, Packets.with(good, 5, 0)), Verdict.BAD_IP6_LENGTH);
        assertDropped(Packets6.up(Line.IPOE, Packets.with(good, 5, 49)), Verdict.TRUNCATED_IP);
        assertDropped(Packets6.up(Line.IPOE, Packets.with(good, 4, 0xff)), Verdict.TRUNCATED_IP);
    }

    @Test
    void damagedFramesAreForwardedOnlyWhenTheirSourceIsProven() throws Exception {
        long seed = 20260301;
        Random random = new Random(seed);
        Bytes good = Packets6.up(Line.IPOE, Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 100));
        for (int i = 0; i < 3000; i++) {
            int offset = random.nextInt(good.length());
            int value = random.nextInt(256);
            Bench.Result result = bench.access(Packets.with(good, offset, value));
            boolean mustStay = offset < 14 && offset != 6
                    || offset == 6 && value != (good.at(6) & 0xff)
                    || offset >= 22 + 8 && offset < 22 + 24;
            if (mustStay && value != (good.at(offset) & 0xff)) {
                assertThat(result.verdict())
                        .as("seed %d, byte %d = %d", seed, offset, value)
                        .isNotEqualTo(Verdict.FORWARDED_UP);
            }
            if (offset >= HEADERS) {
                assertThat(result.verdict()).isEqualTo(Verdict.FORWARDED_UP);
            }
        }
    }

    @Test
    void randomPacketsNeverLeaveTheirLine() throws Exception {
        long seed = 20260302;
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > Packets6.HEADER) {
                bytes[0] = 0x60;
                bytes[4] = 0;
                bytes[5] = (byte) (bytes.length - Packets6.HEADER);
                if (random.nextBoolean()) {
                    System.arraycopy(Packets6.SUBSCRIBER_LINK_LOCAL.toBytes().toArray(), 0, bytes, 8, 16);
                }
            }
            Bench.Result result = bench.access(Packets6.up(Line.IPOE, Bytes.adopt(bytes)));
            assertThat(result.action())
                    .as("seed %d, packet %d: %s", seed, i, Bytes.copyOf(bytes))
                    .isIn(Bench.DROP, Bench.PASS);
        }
    }
}
