package sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * The part of the contract that is about networks and their gateways: which there are and that they change in use; and
 * about tags.
 */
public abstract class NetworkContract extends DataPlaneBench {

    private static NetworkEntry network(String prefix, Ip4 gateway) {
        return new NetworkEntry(Ip4Prefix.parse(prefix), gateway);
    }

    private void setNetworks(NetworkEntry... networks) throws DataPlaneException {
        dataPlane().networks(Arrays.asList(networks));
    }

    /** A packet each way before the change and one after it: nothing is lost, and nothing is counted anew. */
    private void assertAliceGoesOn() throws Exception {
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        core.send(down(ALICE, 103));
        assertThat(reachesAlice(103)).isTrue();
        assertThat(traffic()).isEqualTo(new Traffic(2, 202 + 2 * HEADERS, 2, 204 + 2 * HEADERS, 0, 0, 0));
        assertThat(dataPlane().entries()).containsExactly(alice());
    }

    private void installAliceWhoSends() throws Exception {
        dataPlane().install(alice());
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        core.send(down(ALICE, 101));
        assertThat(reachesAlice(101)).isTrue();
    }

    @Test
    void gatewayAnswersArpForItsOwnAddressAlone() throws Exception {
        dataPlane().install(alice());
        access.send(arp(ALICES_MAC, ALICE, BOB));
        access.send(arp(ALICES_MAC, ALICE, CORE_ROUTER));
        access.send(arp(ALICES_MAC, ALICE, GATEWAY));
        assertThat(access.receives(frame -> isReply(frame, GATEWAY))).isTrue();
        assertThat(access.count(frame -> isReply(frame, BOB) || isReply(frame, CORE_ROUTER)))
                .isZero();
    }

    /** RFC 826. */
    private Bytes arp(MacAddress mac, Ip4 sender, Ip4 target) {
        Bytes message = Bytes.fromHex("0001080006040001")
                .plus(mac.toBytes())
                .plus(sender.toBytes())
                .plus(MacAddress.ZERO.toBytes())
                .plus(target.toBytes());
        return new EthernetFrame(MacAddress.BROADCAST, mac, tags(), EthernetFrame.ARP, message).encode();
    }

    private boolean isReply(Bytes frame, Ip4 from) {
        Bytes start = new EthernetFrame(
                        ALICES_MAC,
                        trunkMac,
                        tags(),
                        EthernetFrame.ARP,
                        Bytes.fromHex("0001080006040002")
                                .plus(trunkMac.toBytes())
                                .plus(from.toBytes()))
                .encode();
        int length = 14 + 4 * tags().size() + 18;
        return frame.length() >= length && frame.slice(0, length).equals(start.slice(0, length));
    }

    @Test
    void networkInUseGetsAnotherGateway() throws Exception {
        Ip4 other = GATEWAY.plus(2);
        installAliceWhoSends();
        setNetworks(network("10.64.0.0/22", other));
        access.send(arp(ALICES_MAC, ALICE, GATEWAY));
        access.send(arp(ALICES_MAC, ALICE, other));
        assertThat(access.receives(frame -> isReply(frame, other))).isTrue();
        assertThat(access.count(frame -> isReply(frame, GATEWAY))).isZero();
        assertAliceGoesOn();
    }

    @Test
    void networkInUseGrowsAndItsSubscribersGoOn() throws Exception {
        NetworkEntry behind = network("10.70.0.0/24", Ip4.parse("10.70.0.1"));
        setNetworks(network("10.64.0.0/24", GATEWAY), behind);
        installAliceWhoSends();
        setNetworks(network("10.64.0.0/23", GATEWAY), behind);
        assertAliceGoesOn();
        Ip4 added = Ip4.parse("10.64.1.200");
        dataPlane().install(entry(OTHER_SESSION, added, BOBS_MAC));
        access.send(up(BOBS_MAC, added, 104));
        assertThat(core.receives(frame -> atCore(frame, added, 104))).isTrue();
        access.send(arp(ALICES_MAC, ALICE, GATEWAY));
        assertThat(access.receives(frame -> isReply(frame, GATEWAY))).isTrue();
    }

    @Test
    void networksInUseBecomePartsOfOne() throws Exception {
        Ip4 added = Ip4.parse("10.64.1.200");
        setNetworks(network("10.64.0.0/24", GATEWAY), network("10.64.1.0/24", Ip4.parse("10.64.1.1")));
        installAliceWhoSends();
        dataPlane().install(entry(OTHER_SESSION, added, BOBS_MAC));
        setNetworks(network("10.64.0.0/23", GATEWAY));
        core.send(down(added, 104));
        assertThat(access.receives(atHome(BOBS_MAC, added, 104))).isTrue();
        dataPlane().remove(OTHER_SESSION, added);
        assertAliceGoesOn();
    }

    /** IEEE 802.1Q, 6.9.1: such a tag only says how urgent a frame is. */
    @Test
    void tagWithoutAVlanIsNotThere() throws Exception {
        VlanTag urgent = new VlanTag(VlanTag.C_TAG, 0xa000);
        List<List<VlanTag>> forms = new ArrayList<>();
        if (tags().size() < 2) {
            forms.add(Stream.concat(Stream.of(urgent), tags().stream()).toList());
            forms.add(Stream.concat(tags().stream(), Stream.of(urgent)).toList());
        }
        dataPlane().install(alice());
        int payload = 100;
        for (List<VlanTag> form : forms) {
            Bytes packet = udp(ALICE, SERVER, 9000, ++payload);
            access.send(new EthernetFrame(trunkMac, ALICES_MAC, form, EthernetFrame.IP4, packet).encode());
            assertThat(reachesCore(payload)).as("%s", form).isTrue();
            Bytes discover = udp(Ip4.ANY, Ip4.BROADCAST, 67, 300 + payload);
            access.send(new EthernetFrame(MacAddress.BROADCAST, BOBS_MAC, form, EthernetFrame.IP4, discover).encode());
            awaitPunted(
                    new EthernetFrame(MacAddress.BROADCAST, BOBS_MAC, tags(), EthernetFrame.IP4, discover).encode());
        }
        assertThat(traffic().spoofed()).isZero();
    }
}
