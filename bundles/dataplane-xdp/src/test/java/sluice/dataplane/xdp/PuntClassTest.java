package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.net.Bytes;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;

/** Which bucket each kind of frame for the control plane comes out of, on every line; and every bucket flooded. */
final class PuntClassTest {

    private static final int FLOOD = 20_000;
    private static final int LCP = 0xc021;
    private static final int PAP = 0xc023;
    private static final int CHAP = 0xc223;
    private static final int IPCP = 0x8021;
    private static final int IPV6CP = 0x8057;
    private static final int COMPRESSED = 0x00fd;
    private static final Bytes CONFIGURE = Bytes.fromHex("01010004");
    private static final Bytes TARGET = Bytes.copyOf(new byte[4]).plus(Packets6.GATEWAY_LINK_LOCAL.toBytes());
    private static final Bytes LISTENERS = Bytes.fromHex("0000000104000000ff0200000000000000000001ff000101");
    private static final Ip6 ALL_NODES = Ip6.parse("ff02::1");
    private static final Ip6 ALL_LISTENERS = Ip6.parse("ff02::16");

    private static Bench bench;

    static Stream<Line> lines() {
        return Line.all().stream();
    }

    @BeforeAll
    static void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
    }

    @AfterEach
    void forget() throws Exception {
        bench.subscribers().remove(Line.SESSION, Packets.SUBSCRIBER);
    }

    @AfterAll
    static void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private static Bytes link(Line line, Ip6 destination, int hops, int type, Bytes body) {
        return Packets6.group(line, Packets6.icmp(Packets6.SUBSCRIBER_LINK_LOCAL, destination, hops, type, 0, body));
    }

    private static Bytes dhcp6(Ip6 destination) {
        return Packets6.udp(Packets6.SUBSCRIBER_LINK_LOCAL, destination, 547, 120);
    }

    /**
     * Something that subscribers send to the control plane.
     *
     * @param of whose bucket it comes out of
     */
    private record Kind(PuntClass of, Bytes frame) {}

    private static List<Kind> kinds(Line line) {
        Bytes echo = Packets6.icmp(
                Packets6.SUBSCRIBER_LINK_LOCAL, Packets6.GATEWAY_LINK_LOCAL, 64, 128, 0, Bytes.fromHex("00010001abcd"));
        List<Kind> kinds = new ArrayList<>(List.of(
                new Kind(PuntClass.DHCP, Packets6.group(line, dhcp6(Packets6.ALL_DHCP_SERVERS))),
                new Kind(PuntClass.DHCP, Packets6.up(line, dhcp6(Packets6.GATEWAY_LINK_LOCAL))),
                new Kind(PuntClass.ND, link(line, Packets6.ALL_ROUTERS, 255, 133, Bytes.copyOf(new byte[4]))),
                new Kind(PuntClass.ND, link(line, Ip6.parse("ff02::1:ff00:fe"), 255, 135, TARGET)),
                new Kind(PuntClass.ND, link(line, ALL_NODES, 255, 136, TARGET)),
                new Kind(PuntClass.ND, link(line, ALL_LISTENERS, 1, 143, LISTENERS)),
                new Kind(PuntClass.ND, link(line, ALL_LISTENERS, 1, 131, TARGET)),
                new Kind(PuntClass.ND, link(line, Packets6.ALL_ROUTERS, 1, 132, TARGET)),
                new Kind(PuntClass.OTHER, Packets6.up(line, echo)),
                new Kind(PuntClass.PPPOE, line.discovery(MacAddress.BROADCAST)),
                new Kind(PuntClass.PPPOE, line.discovery(Packets.GATEWAY_MAC)),
                // for somebody else: an answer would not be the same frame again
                new Kind(
                        PuntClass.ARP,
                        Packets.arp(MacAddress.BROADCAST, line.tags(), 1, Packets.SUBSCRIBER, Packets.SERVER))));
        if (line.pppoe() == 0) {
            kinds.add(new Kind(PuntClass.DHCP, Packets.dhcp(line.tags(), 300)));
            kinds.add(new Kind(PuntClass.DHCP, line.up(Packets.udp(Packets.SUBSCRIBER, Packets.GATEWAY, 67, 250))));
            return kinds;
        }
        for (int protocol : List.of(LCP, PAP, CHAP, IPCP, IPV6CP)) {
            kinds.add(new Kind(PuntClass.PPP, line.ppp(protocol, CONFIGURE)));
        }
        kinds.add(new Kind(PuntClass.OTHER, line.ppp(COMPRESSED, CONFIGURE)));
        return kinds;
    }

    @ParameterizedTest
    @MethodSource("lines")
    void eachKindOfFrameIsOfItsClass(Line line) throws Exception {
        bench.subscribers().install(Packets6.entry(line));
        for (Kind kind : kinds(line)) {
            bench.guard().write(new PuntLimits(0, Map.of()));
            assertThat(bench.access(kind.frame).verdict()).as("%s", kind).isEqualTo(heard(kind.of));
            bench.guard().write(new PuntLimits(1, Map.of()));
            bench.flood("access", kind.frame, 3);
            assertThat(bench.differences()).as("%s", kind).containsKey(Verdict.valueOf("LINE_" + kind.of.name()));
        }
        bench.guard().write(new PuntLimits(0, Map.of()));
    }

    private static Bytes flooding(PuntClass one) {
        return kinds(one == PuntClass.PPP ? Line.PPPOE : Line.IPOE).stream()
                .filter(kind -> kind.of == one)
                .findFirst()
                .orElseThrow()
                .frame;
    }

    private static Verdict heard(PuntClass one) {
        return one == PuntClass.ARP ? Verdict.ARP_NOT_GATEWAY : Verdict.PUNT_UNHEARD;
    }

    @ParameterizedTest
    @EnumSource(PuntClass.class)
    void stormInAClassCostsNoOtherClassAFrame(PuntClass storming) throws Exception {
        bench.subscribers().install(Packets6.entry(Line.IPOE));
        bench.guard().write(new PuntLimits(0, Map.of(storming, 10)));
        bench.flood("access", flooding(storming), FLOOD);
        assertThat(bench.differences().get(Verdict.valueOf("CLASS_" + storming.name())))
                .isGreaterThan(FLOOD / 2);
        for (PuntClass other : PuntClass.values()) {
            if (other != storming) {
                assertThat(bench.access(flooding(other)).verdict()).isEqualTo(heard(other));
            }
        }
        bench.guard().write(new PuntLimits(0, Map.of()));
    }

    @ParameterizedTest
    @EnumSource(PuntClass.class)
    void lineThatStormsInAClassCostsNoOtherLineAFrame(PuntClass storming) throws Exception {
        bench.guard().write(new PuntLimits(10, Map.of(storming, 1000)));
        bench.flood("access", flooding(storming), FLOOD);
        Map<Verdict, Long> stormed = bench.differences();
        assertThat(stormed.get(Verdict.valueOf("LINE_" + storming.name()))).isGreaterThan(FLOOD / 2);
        assertThat(stormed).doesNotContainKey(Verdict.valueOf("CLASS_" + storming.name()));
        assertThat(bench.guard().storms())
                .anySatisfy(storm -> assertThat(storm.kind()).isEqualTo(storming));
        Bytes elsewhere = Packets.with(flooding(storming), 19, 9); // another inner VLAN
        assertThat(bench.access(elsewhere).verdict()).isEqualTo(heard(storming));
        bench.guard().write(new PuntLimits(0, Map.of()));
    }
}
