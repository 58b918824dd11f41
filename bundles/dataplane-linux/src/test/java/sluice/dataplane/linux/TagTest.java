package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.InternetChecksum;
import sluice.net.Ip4Header;
import sluice.net.Ip6;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.net.WireWriter;

/** Lines that are VLANs. */
@Timeout(60)
final class TagTest {

    private static final List<VlanTag> LINE =
            List.of(VlanTag.service(new VlanId(4094)), VlanTag.customer(new VlanId(1)));
    private static final List<VlanTag> OTHER_LINE =
            List.of(VlanTag.service(new VlanId(4094)), VlanTag.customer(new VlanId(2)));
    private static final int BYTES = 200;

    private Ends ends;
    private LinuxDataPlane dataPlane;

    @BeforeEach
    void build() throws Exception {
        ends = new Ends();
        dataPlane = ends.start(Shaping.POLICER, 64);
        ends.closeLater(dataPlane::close);
    }

    @AfterEach
    void tearDown() {
        if (ends != null) {
            ends.close();
        }
    }

    private void install(List<VlanTag> tags, boolean priority, OptionalInt dscp) throws Exception {
        Treatment treatment = new Treatment(
                Treatment.Identity.STRICT, Treatment.Access.OPEN, 0, OptionalInt.empty(), dscp, priority, 0);
        dataPlane.install(new SubscriberEntry(
                1,
                0,
                tags,
                Ends.ALICES_MAC,
                0,
                Ends.ALICE,
                List.of(),
                Policer.UNLIMITED,
                Policer.UNLIMITED,
                treatment));
    }

    private static List<VlanTag> withPriority(int priority) {
        return LINE.stream()
                .map(tag -> new VlanTag(tag.tpid(), priority << 13 | tag.vid()))
                .toList();
    }

    private void checkDown(Bytes packet, Bytes expected, int priority) throws Exception {
        ends.core.send(ends.down(EthernetFrame.IP4, packet));
        Bytes frame = new EthernetFrame(
                        Ends.ALICES_MAC, ends.trunkMac, withPriority(priority), EthernetFrame.IP4, expected)
                .encode();
        assertThat(ends.access.receives(frame::equals)).isTrue();
    }

    @Test
    void priorityIsThatOfTheEntryOrOfTheCodePoint() throws Exception {
        Bytes packet = Ends.udp(Ends.SERVER, Ends.ALICE, 9000, BYTES);
        Bytes next = TestPackets.hop4(packet);
        install(LINE, false, OptionalInt.empty());
        checkDown(packet, next, 0);
        checkDown(TestPackets.marked4(packet, 46), TestPackets.marked4(next, 46), 5);
        install(LINE, false, OptionalInt.of(10));
        checkDown(packet, TestPackets.marked4(next, 10), 1);
        install(withPriority(6), true, OptionalInt.of(10));
        checkDown(packet, TestPackets.marked4(next, 10), 6);
    }

    @Test
    void addressOnAnotherLineIsSpoofedAndPriorityOfAFrameDoesNotMatter() throws Exception {
        install(LINE, false, OptionalInt.empty());
        Bytes packet = Ends.udp(Ends.ALICE, Ends.SERVER, 9000, BYTES);
        ends.access.send(ends.up(Ends.ALICES_MAC, OTHER_LINE, EthernetFrame.IP4, packet));
        ends.access.send(ends.up(Ends.ALICES_MAC, LINE.subList(0, 1), EthernetFrame.IP4, packet));
        ends.access.send(ends.up(Ends.ALICES_MAC, List.of(), EthernetFrame.IP4, packet));
        ends.access.send(ends.up(Ends.ALICES_MAC, withPriority(7), EthernetFrame.IP4, packet));
        assertThat(ends.core.receives(frame -> frame.slice(14).equals(TestPackets.hop4(packet))))
                .isTrue();
        assertThat(ends.core.count(frame -> frame.slice(14).equals(TestPackets.hop4(packet))))
                .isEqualTo(1);
        assertThat(dataPlane.read(1, Ends.ALICE).orElseThrow().spoofed()).isEqualTo(3);
    }

    @Test
    void gatewayAnswersEchoOnTheLine() throws Exception {
        install(LINE, false, OptionalInt.empty());
        WireWriter packet = new WireWriter();
        Bytes echo = Bytes.of(8, 0, 0, 0, 0, 7, 0, 1);
        Ip4Header.of(Ip4Header.ICMP, Ends.ALICE, Ends.GATEWAY, echo.length()).encode(packet);
        WireWriter message = new WireWriter().bytes(echo);
        message.patch16(2, InternetChecksum.of(echo));
        ends.access.send(ends.up(
                Ends.ALICES_MAC,
                LINE,
                EthernetFrame.IP4,
                packet.bytes(message.toBytes()).toBytes()));
        Bytes start = new EthernetFrame(Ends.ALICES_MAC, ends.trunkMac, LINE, EthernetFrame.IP4, Bytes.EMPTY).encode();
        assertThat(ends.access.receives(frame -> frame.slice(0, 22).equals(start) && frame.at(42) == 0))
                .isTrue();
    }

    @Test
    void whatNeighboursAndClientsSayComesWithItsTags() throws Exception {
        Ip6 self = Ip6.parse("fe80::1");
        Bytes solicitation = TestPackets.icmp6(self, Ip6.parse("ff02::2"), 133);
        Bytes report = TestPackets.icmp6(self, Ip6.parse("ff02::16"), 143);
        Bytes dhcp6 = TestPackets.udp6(self, Ip6.parse("ff02::1:2"), 547, 100);
        List<Bytes> sent = new ArrayList<>();
        for (List<VlanTag> tags : List.of(LINE, LINE.subList(0, 1), List.<VlanTag>of())) {
            ends.access.send(ends.up(Ends.ALICES_MAC, tags, EthernetFrame.IP6, report));
            sent.add(ends.up(Ends.ALICES_MAC, tags, EthernetFrame.IP6, solicitation));
            sent.add(ends.up(Ends.ALICES_MAC, tags, EthernetFrame.IP6, dhcp6));
        }
        sent.forEach(ends.access::send);
        List<Bytes> punted = new ArrayList<>();
        for (int i = 0; i < 100 && punted.size() < sent.size(); i++) {
            dataPlane.await(Duration.ofMillis(20));
            dataPlane.poll(
                    (port, memory, offset, length) -> punted.add(
                            Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer())),
                    64);
        }
        assertThat(punted).containsExactlyInAnyOrderElementsOf(sent);
    }
}
