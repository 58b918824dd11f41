package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Bytes;
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

    @Test
    void twoTagsBehindItAreOneTooMany() throws Exception {
        install(Packets.DOUBLE);
        Bytes frame = Packets.up(Packets.DOUBLE, 100);
        Bytes urgent = frame.slice(0, 12).plus(Bytes.fromHex("8100a000")).plus(frame.slice(12));
        assertThat(bench.access(urgent).verdict()).isEqualTo(Verdict.BAD_VLAN_STACK);
    }
}
