package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.InternetChecksum;
import sluice.net.Ip4;
import sluice.net.Ip4Header;
import sluice.net.MacAddress;
import sluice.net.VlanTag;
import sluice.net.WireWriter;

/** What the gateway itself answers, and what it hands to the control plane. */
final class ServicesTest {

    private static final List<VlanTag> URGENT =
            List.of(new VlanTag(VlanTag.S_TAG, 0xa000 | 100), new VlanTag(VlanTag.C_TAG, 0xe000 | 7));

    private Bench bench;

    static Stream<List<VlanTag>> shapes() {
        return Stream.of(Packets.UNTAGGED, Packets.SINGLE, Packets.DOUBLE, Packets.OLD_DOUBLE, URGENT);
    }

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

    @ParameterizedTest
    @MethodSource("shapes")
    void arpForTheGatewayIsAnsweredOnTheSameLine(List<VlanTag> tags) throws Exception {
        Bytes request = Packets.arp(MacAddress.BROADCAST, tags, 1, Packets.SUBSCRIBER, Packets.GATEWAY);
        Bench.Result result = bench.access(request);
        assertThat(result.verdict()).isEqualTo(Verdict.ARP_ANSWERED);
        assertThat(result.action()).isEqualTo(Bench.REDIRECT);
        Bytes reply = Bytes.fromHex("0001080006040002")
                .plus(Packets.GATEWAY_MAC.toBytes())
                .plus(Packets.GATEWAY.toBytes())
                .plus(Packets.SUBSCRIBER_MAC.toBytes())
                .plus(Packets.SUBSCRIBER.toBytes());
        assertThat(result.frame())
                .isEqualTo(
                        new EthernetFrame(Packets.SUBSCRIBER_MAC, Packets.GATEWAY_MAC, tags, EthernetFrame.ARP, reply)
                                .encode());
    }

    @Test
    void arpProbeForTheGatewayIsAnswered() throws Exception {
        Bytes probe = Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Ip4.ANY, Packets.GATEWAY);
        assertThat(bench.access(probe).verdict()).isEqualTo(Verdict.ARP_ANSWERED);
    }

    @Test
    void arpOfOthersAndClaimsToBeTheGatewayAreDropped() throws Exception {
        for (Bytes frame : List.of(
                Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Packets.SUBSCRIBER, Ip4.parse("10.64.0.11")),
                Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Packets.GATEWAY, Packets.GATEWAY),
                Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 2, Packets.SUBSCRIBER, Packets.GATEWAY))) {
            assertThat(bench.access(frame).verdict()).isEqualTo(Verdict.ARP_NOT_GATEWAY);
        }
    }

    @Test
    void arpThatContradictsItselfIsDropped() throws Exception {
        Bytes good = Packets.arp(MacAddress.BROADCAST, Packets.UNTAGGED, 1, Packets.SUBSCRIBER, Packets.GATEWAY);
        for (int offset : new int[] {14, 16, 18, 19, 27}) {
            assertThat(bench.access(Packets.with(good, offset, 0x77)).verdict()).isEqualTo(Verdict.BAD_ARP);
        }
    }

    @Test
    void echoToTheGatewayIsAnsweredToItsSubscriberOnly() throws Exception {
        Bytes request = echo(8, Packets.SUBSCRIBER, Packets.GATEWAY);
        Bytes frame = Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, request);
        assertThat(bench.access(frame).verdict()).isEqualTo(Verdict.UNKNOWN_SOURCE);
        bench.subscribers()
                .install(new SubscriberEntry(
                        1,
                        0,
                        Packets.DOUBLE,
                        Packets.SUBSCRIBER_MAC,
                        Packets.SUBSCRIBER,
                        Policer.UNLIMITED,
                        Policer.UNLIMITED));
        Bench.Result result = bench.access(frame);
        assertThat(result.verdict()).isEqualTo(Verdict.ECHO_ANSWERED);
        assertThat(result.frame())
                .isEqualTo(Packets.ip(
                        Packets.SUBSCRIBER_MAC,
                        Packets.GATEWAY_MAC,
                        Packets.DOUBLE,
                        echo(0, Packets.GATEWAY, Packets.SUBSCRIBER)));
        Bytes other = Packets.udp(Packets.SUBSCRIBER, Packets.GATEWAY, 53, 20);
        assertThat(bench.access(Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, other))
                        .verdict())
                .isEqualTo(Verdict.TO_GATEWAY);
    }

    private static Bytes echo(int type, Ip4 source, Ip4 destination) {
        Bytes open = Bytes.of(type, 0, 0, 0, 0x12, 0x34, 0, 1).plus(Bytes.utf8("are you there?"));
        int checksum = InternetChecksum.of(open);
        Bytes message =
                open.slice(0, 2).plus(Bytes.of(checksum >> 8, checksum & 0xff)).plus(open.slice(4));
        WireWriter out = new WireWriter(64);
        Ip4Header.of(1, source, destination, message.length()).encode(out);
        return out.bytes(message).toBytes();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void dhcpReachesTheControlPlaneWhole(List<VlanTag> tags) throws Exception {
        Bytes discover = Packets.dhcp(tags, 300);
        assertThat(bench.access(discover))
                .isEqualTo(new Bench.Result(Bench.PASS, discover, Verdict.PUNT_UNHEARD)); // no socket is bound here
    }

    @Test
    void renewalToTheGatewayReachesTheControlPlane() throws Exception {
        Bytes packet = Packets.udp(Packets.SUBSCRIBER, Packets.GATEWAY, 67, 300);
        Bytes renewal = Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, packet);
        assertThat(bench.access(renewal).verdict()).isEqualTo(Verdict.PUNT_UNHEARD);
    }

    @Test
    void dhcpToAServerElsewhereIsData() throws Exception {
        Bytes packet = Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 67, 300);
        Bytes frame = Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, packet);
        assertThat(bench.access(frame).verdict()).isEqualTo(Verdict.UNKNOWN_SOURCE);
    }

    @Test
    void fragmentIsNotDhcp() throws Exception {
        Bytes packet = Packets.udp(Ip4.ANY, Ip4.BROADCAST, 67, 300);
        for (int fragment : new int[] {0x20, 0x3f}) {
            Bytes changed = checksummed(Packets.with(packet, 6, fragment));
            Bytes frame = Packets.ip(MacAddress.BROADCAST, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, changed);
            assertThat(bench.access(frame).verdict()).isEqualTo(Verdict.BAD_DESTINATION);
        }
    }

    private static Bytes checksummed(Bytes packet) {
        Bytes open = Packets.with(Packets.with(packet, 10, 0), 11, 0);
        int checksum = InternetChecksum.of(open.slice(0, 20));
        return Packets.with(Packets.with(open, 10, checksum >> 8), 11, checksum & 0xff);
    }
}
