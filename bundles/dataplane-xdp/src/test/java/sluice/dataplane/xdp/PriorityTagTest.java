package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Bytes;
import sluice.net.VlanId;
import sluice.net.VlanTag;

/** A tag with VID 0 says how urgent a frame is and names no VLAN (IEEE 802.1Q, 6.9.1): the frame is as without it. */
final class PriorityTagTest {

    private static final VlanTag URGENT = new VlanTag(VlanTag.C_TAG, 0xa000);

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

    private void install(List<VlanTag> tags) throws Exception {
        bench.subscribers()
                .install(new SubscriberEntry(
                        42, 0, tags, Packets.SUBSCRIBER_MAC, Packets.SUBSCRIBER, Policer.UNLIMITED, Policer.UNLIMITED));
    }

    private static List<VlanTag> urgent(List<VlanTag> tags) {
        return Stream.concat(Stream.of(URGENT), tags.stream()).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void packetOfALineIsForwarded(int tagsCount) throws Exception {
        List<VlanTag> tags = Packets.SINGLE.subList(0, tagsCount);
        install(tags);
        Bench.Result plain = bench.access(Packets.up(tags, 100));
        assertThat(plain.verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(bench.access(Packets.up(urgent(tags), 100))).isEqualTo(plain);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void controlPlaneGetsTheFrameWithoutTheTag(int tagsCount) throws Exception {
        List<VlanTag> tags = Packets.SINGLE.subList(0, tagsCount);
        Bytes discover = Packets.dhcp(tags, 300);
        assertThat(bench.access(Packets.dhcp(urgent(tags), 300)))
                .isEqualTo(new Bench.Result(Bench.PASS, discover, Verdict.PUNT_UNHEARD));
    }

    @Test
    void arpIsAnsweredWithoutTheTag() throws Exception {
        Bench.Result answer = bench.access(
                Packets.arp(Packets.GATEWAY_MAC, urgent(List.of()), 1, Packets.SUBSCRIBER, Packets.GATEWAY));
        assertThat(answer.verdict()).isEqualTo(Verdict.ARP_ANSWERED);
        assertThat(answer.frame().slice(12, 2)).isEqualTo(Bytes.fromHex("0806"));
    }

    /** As an access node makes it that puts its tag before whatever a customer's device sends. */
    private static Stream<List<VlanTag>> behindALine() {
        return Stream.of(
                List.of(VlanTag.service(new VlanId(100)), URGENT),
                List.of(VlanTag.customer(new VlanId(100)), URGENT),
                List.of(new VlanTag(VlanTag.OLD_S_TAG, 0x6064), new VlanTag(VlanTag.C_TAG, 0)),
                List.of(new VlanTag(VlanTag.S_TAG, 0x6000), URGENT));
    }

    /** The tags that name a VLAN. */
    private static List<VlanTag> line(List<VlanTag> tags) {
        return tags.stream().filter(tag -> tag.vid() != 0).toList();
    }

    @ParameterizedTest
    @MethodSource("behindALine")
    void innerTagWithoutAVlanLeavesTheLineOfTheOuterOne(List<VlanTag> tags) throws Exception {
        install(line(tags));
        Bench.Result plain = bench.access(Packets.up(line(tags), 100));
        assertThat(plain.verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(bench.access(Packets.up(tags, 100))).isEqualTo(plain);
        assertThat(bench.access(Packets.dhcp(tags, 300)))
                .isEqualTo(new Bench.Result(Bench.PASS, Packets.dhcp(line(tags), 300), Verdict.PUNT_UNHEARD));
        Bytes request = Packets.arp(Packets.GATEWAY_MAC, line(tags), 1, Packets.SUBSCRIBER, Packets.GATEWAY);
        Bytes urgent = Packets.arp(Packets.GATEWAY_MAC, tags, 1, Packets.SUBSCRIBER, Packets.GATEWAY);
        assertThat(bench.access(urgent)).isEqualTo(bench.access(request));
    }

    @ParameterizedTest
    @MethodSource("behindALine")
    void pppoeAndIpv6BehindItAreOfTheSameLine(List<VlanTag> tags) throws Exception {
        for (int pppoe : List.of(0, 0x1234)) {
            Line line = new Line(line(tags), pppoe);
            Line urgent = new Line(tags, pppoe);
            bench.subscribers().install(Packets6.entry(line));
            Bytes four = Line.upPacket(Ip4Fields.UDP, Bytes.copyOf(new byte[30]));
            Bytes six = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 30);
            assertThat(bench.access(urgent.up(four)))
                    .isEqualTo(new Bench.Result(Bench.REDIRECT, Line.toCore(Packets.hop(four)), Verdict.FORWARDED_UP));
            Bench.Result plain = bench.access(Packets6.up(line, six));
            assertThat(plain.verdict()).isEqualTo(Verdict.FORWARDED_UP);
            assertThat(bench.access(Packets6.up(urgent, six))).isEqualTo(plain);
            bench.subscribers().remove(Line.SESSION, Packets.SUBSCRIBER);
        }
    }

    @Test
    void lineOfTwoTagsIsNotThatOfTheOuterOneAndAPriority() throws Exception {
        install(Packets.DOUBLE);
        List<VlanTag> tags = List.of(Packets.DOUBLE.get(0), URGENT);
        assertThat(bench.access(Packets.up(tags, 100)).verdict()).isEqualTo(Verdict.SPOOFED_LINE);
    }

    @Test
    void truncatedFrameWithSuchTagsIsNeverForwarded() throws Exception {
        install(Packets.UNTAGGED);
        Bytes whole = Packets.up(List.of(URGENT, URGENT), 40);
        for (int length = 14; length < whole.length(); length++) {
            Bench.Result result = bench.access(whole.slice(0, length));
            assertThat(result.verdict()).as("%d bytes", length).isIn(Verdict.TRUNCATED_VLAN, Verdict.TRUNCATED_IP);
        }
    }

    @Test
    void twoTagsBehindItAreOneTooMany() throws Exception {
        install(Packets.DOUBLE);
        Bytes frame = Packets.up(Packets.DOUBLE, 100);
        Bytes urgent = frame.slice(0, 12).plus(Bytes.fromHex("8100a000")).plus(frame.slice(12));
        assertThat(bench.access(urgent).verdict()).isEqualTo(Verdict.BAD_VLAN_STACK);
    }
}
