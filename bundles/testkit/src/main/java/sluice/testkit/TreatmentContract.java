package sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
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
import sluice.net.InternetChecksum;
import sluice.net.Ip4;
import sluice.net.Ip4Header;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.net.WireWriter;

/** The part of the contract that is about what an entry asks beyond an address: marks, gardens, IPv6, PPPoE. */
public abstract class TreatmentContract extends NetworkContract {

    private static final Ip6 HOST = Ip6.parse("2001:db8:1::10");
    private static final Ip6 SERVER6 = Ip6.parse("2001:db8:ffff::7");
    private static final int HEADERS6 = 48;
    private static final int ETHERNET = 14;
    private static final int PPPOE_SESSION = 17;
    private static final int TCP = 6;

    private static Bytes marked(Bytes packet, int dscp) {
        byte[] bytes = packet.toArray();
        bytes[1] = (byte) (dscp << 2);
        bytes[10] = 0;
        bytes[11] = 0;
        int checksum = InternetChecksum.of(Bytes.copyOf(bytes, 0, 20));
        bytes[10] = (byte) (checksum >> 8);
        bytes[11] = (byte) checksum;
        return Bytes.adopt(bytes);
    }

    /** RFC 8200, RFC 768; nobody on the way looks at the checksum. */
    private static Bytes udp6(Ip6 source, Ip6 destination, int hops, int payload) {
        Bytes udp = new UdpDatagram(40000, 9000, Bytes.adopt(new byte[payload]))
                .toPacket(SERVER, SERVER)
                .slice(20);
        return new WireWriter()
                .u32(6L << 28)
                .u16(udp.length())
                .u8(17)
                .u8(hops)
                .ip6(source)
                .ip6(destination)
                .bytes(udp)
                .toBytes();
    }

    /** The second message of a connection, which offers segments of this size (RFC 9293, 3.7.1). */
    private static Bytes offer(Bytes pseudoAddresses, int segment) {
        Bytes head = new WireWriter()
                .u16(443)
                .u16(40000)
                .u32(1)
                .u32(1)
                .u16(0x6012)
                .u16(0xffff)
                .toBytes();
        Bytes option = new WireWriter().u16(0).u8(2).u8(4).u16(segment).toBytes();
        int length = head.length() + 2 + option.length();
        Bytes pseudo = pseudoAddresses.plus(Bytes.of(0, TCP, 0, length));
        int checksum =
                InternetChecksum.of(pseudo.plus(head).plus(Bytes.of(0, 0)).plus(option));
        return head.plus(Bytes.of(checksum >> 8, checksum & 0xff)).plus(option);
    }

    private static Bytes offer4(int segment) {
        Bytes tcp = offer(SERVER.toBytes().plus(ALICE.toBytes()), segment);
        WireWriter packet = new WireWriter();
        Ip4Header.of(Ip4Header.TCP, SERVER, ALICE, tcp.length()).encode(packet);
        return packet.bytes(tcp).toBytes();
    }

    private static Bytes offer6(int hops, int segment) {
        Bytes tcp = offer(SERVER6.toBytes().plus(HOST.toBytes()), segment);
        return new WireWriter()
                .u32(6L << 28)
                .u16(tcp.length())
                .u8(TCP)
                .u8(hops)
                .ip6(SERVER6)
                .ip6(HOST)
                .bytes(tcp)
                .toBytes();
    }

    private boolean comes(Station to, int head, Bytes packet) throws Exception {
        return to.receives(frame ->
                frame.length() >= head + packet.length() && frame.slice(head).equals(packet));
    }

    private int homeHead() {
        return ETHERNET + 4 * tags().size();
    }

    private Bytes upTo(Ip4 destination, int payload) {
        return new EthernetFrame(
                        trunkMac, ALICES_MAC, tags(), EthernetFrame.IP4, udp(ALICE, destination, 9000, payload))
                .encode();
    }

    private Bytes downFrom(int etherType, Bytes packet) {
        return new EthernetFrame(coreMac, ROUTERS_MAC, List.of(), etherType, packet).encode();
    }

    @Test
    void codePointsAreSetInBothDirections() throws Exception {
        dataPlane()
                .install(alice(new Treatment(
                        Treatment.Identity.STRICT,
                        Treatment.Access.OPEN,
                        0,
                        OptionalInt.of(46),
                        OptionalInt.of(10),
                        false,
                        0)));
        access.send(up(ALICES_MAC, ALICE, 100));
        core.send(down(ALICE, 101));
        assertThat(comes(core, ETHERNET, marked(hop(udp(ALICE, SERVER, 9000, 100)), 46)))
                .isTrue();
        assertThat(comes(access, homeHead(), marked(hop(udp(SERVER, ALICE, 9000, 101)), 10)))
                .isTrue();
    }

    @Test
    void segmentsAreLoweredByTwentyMoreInIp6AndNeverRaised() throws Exception {
        int size = 1400;
        Treatment limited = new Treatment(
                Treatment.Identity.STRICT,
                Treatment.Access.OPEN,
                0,
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                size);
        dataPlane()
                .install(new SubscriberEntry(
                        SESSION,
                        0,
                        tags(),
                        ALICES_MAC,
                        0,
                        ALICE,
                        List.of(Ip6Prefix.parse("2001:db8:1::/64")),
                        Policer.UNLIMITED,
                        Policer.UNLIMITED,
                        limited));
        for (int offered : List.of(1460, size + 1, size, size - 1, 536)) {
            core.send(downFrom(EthernetFrame.IP4, offer4(offered)));
            assertThat(comes(access, homeHead(), hop(offer4(Math.min(offered, size)))))
                    .as("IPv4, %d", offered)
                    .isTrue();
            core.send(downFrom(EthernetFrame.IP6, offer6(64, offered)));
            assertThat(comes(access, homeHead(), offer6(63, Math.min(offered, size - 20))))
                    .as("IPv6, %d", offered)
                    .isTrue();
            access.forget();
        }
    }

    @Test
    void walledSubscriberReachesWhatItsGardenAllowsAndNothingElse() throws Exception {
        dataPlane().gardens(List.of(new Garden(7, List.of(Allowed.parse("198.51.100.0/24 any")), Optional.empty())));
        dataPlane().install(alice(Treatment.PLAIN.withAccess(Treatment.Access.WALLED, 7)));
        access.send(upTo(FAR, 100));
        core.send(downFrom(EthernetFrame.IP4, udp(FAR, ALICE, 9000, 101)));
        eventually(() -> traffic().refused() == 2);
        access.send(up(ALICES_MAC, ALICE, 102));
        core.send(down(ALICE, 103));
        assertThat(reachesCore(102)).isTrue();
        assertThat(reachesAlice(103)).isTrue();
        assertThat(core.count(frame -> frame.slice(ETHERNET).equals(hop(udp(ALICE, FAR, 9000, 100)))))
                .isZero();
        dataPlane().install(alice());
        access.send(upTo(FAR, 104));
        assertThat(comes(core, ETHERNET, hop(udp(ALICE, FAR, 9000, 104)))).isTrue();
        assertThat(traffic().refused()).isEqualTo(2);
    }

    @Test
    void prefixIsLedToItsSubscriberProvenAndCountedApart() throws Exception {
        dataPlane()
                .install(new SubscriberEntry(
                        SESSION,
                        0,
                        tags(),
                        ALICES_MAC,
                        0,
                        ALICE,
                        List.of(Ip6Prefix.parse("2001:db8:1::/64")),
                        Policer.UNLIMITED,
                        Policer.UNLIMITED,
                        Treatment.PLAIN));
        core.send(downFrom(EthernetFrame.IP6, udp6(SERVER6, HOST, 64, 200)));
        core.send(down(ALICE, 101));
        Bytes expected = new EthernetFrame(
                        ALICES_MAC, trunkMac, tags(), EthernetFrame.IP6, udp6(SERVER6, HOST, 63, 200))
                .encode();
        assertThat(access.receives(expected::equals)).isTrue();
        assertThat(reachesAlice(101)).isTrue();
        spoof(BOBS_MAC);
        eventually(() -> traffic().spoofed() == 1);
        long bytes6 = 200 + HEADERS6;
        assertThat(traffic())
                .isEqualTo(new Traffic(0, 0, 2, 101 + HEADERS + bytes6, 0, 0, 1, bytes6, 0, 0, 0, 0, 1, 0));
    }

    private void spoof(MacAddress mac) {
        access.send(new EthernetFrame(trunkMac, mac, tags(), EthernetFrame.IP6, udp6(HOST, SERVER6, 64, 100)).encode());
    }

    /** A data plane that cannot do this says so by name, keeps nothing of it and goes on. */
    @Test
    void pppoeSessionIsTakenOrRefusedByName() throws Exception {
        SubscriberEntry session = new SubscriberEntry(
                SESSION,
                0,
                tags(),
                ALICES_MAC,
                PPPOE_SESSION,
                ALICE,
                List.of(),
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                Treatment.PLAIN);
        try {
            dataPlane().install(session);
            assertThat(dataPlane().entries()).containsExactly(session);
            dataPlane().remove(SESSION, ALICE);
        } catch (DataPlaneException refusal) {
            assertThat(refusal.reason()).isEqualTo(Reason.UNSUPPORTED);
            assertThat(refusal).hasMessageContaining("PPPoE");
        }
        assertThat(dataPlane().entries()).isEmpty();
        dataPlane().install(alice());
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
    }
}
