package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;
import sluice.packet.io.Storm;

/** Storms before the control plane, with time moved by hand. */
final class PuntGuardTest {

    private static final long SECOND = 1_000_000_000;
    private static final int FLOOD = 10_000;
    private static final Ip6 SELF = Ip6.parse("fe80::1");
    private static final Bytes DISCOVER = Ends.udp(Ip4.ANY, Ip4.BROADCAST, 67, 300);
    private static final Bytes SOLICITATION = TestPackets.icmp6(SELF, Ip6.parse("ff02::2"), 133);

    private final Arena arena = Arena.ofConfined();
    private final PuntedFrame frame = new PuntedFrame();
    private long now = -5 * SECOND;

    @AfterEach
    void free() {
        arena.close();
    }

    private PuntGuard guard(int line, PuntClass one, int all) {
        return new PuntGuard(new PuntLimits(line, Map.of(one, all)), new LineTable(64, 7), now);
    }

    private static List<VlanTag> line(int customer) {
        return List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(customer)));
    }

    private static MacAddress sender(int number) {
        return new MacAddress(0x0200_0000_0000L + number);
    }

    private PuntedFrame frame(List<VlanTag> tags, MacAddress sender, int etherType, Bytes packet) {
        Bytes bytes = new EthernetFrame(MacAddress.BROADCAST, sender, tags, etherType, packet).encode();
        MemorySegment memory = arena.allocate(bytes.length() + 3L);
        bytes.writeTo(memory.asSlice(3).asByteBuffer());
        frame.wrap(2, memory, 3, bytes.length());
        return frame;
    }

    private PuntedFrame discover(List<VlanTag> tags, MacAddress sender) {
        return frame(tags, sender, EthernetFrame.IP4, DISCOVER);
    }

    private int passing(PuntGuard guard, PuntedFrame same, int times) {
        int passed = 0;
        for (int i = 0; i < times; i++) {
            passed += guard.admits(same, now) ? 1 : 0;
        }
        return passed;
    }

    @Test
    void lineHasASecondOfItsRateAndThenItsRate() {
        PuntGuard guard = guard(10, PuntClass.DHCP, 0);
        assertThat(passing(guard, discover(line(7), sender(1)), FLOOD)).isEqualTo(10);
        now += SECOND / 2;
        assertThat(passing(guard, frame, FLOOD)).isEqualTo(5);
        now += 60 * SECOND;
        assertThat(passing(guard, frame, FLOOD)).isEqualTo(10);
        assertThat(guard.overLine(PuntClass.DHCP)).isEqualTo(3 * FLOOD - 25);
        assertThat(guard.storms())
                .containsExactly(new Storm(2, 100, 7, MacAddress.ZERO, PuntClass.DHCP, 3 * FLOOD - 25));
    }

    @Test
    void lineThatStormsCostsTheOtherLinesNothing() {
        PuntGuard guard = guard(10, PuntClass.DHCP, 60);
        passing(guard, discover(line(7), sender(1)), FLOOD);
        for (int customer = 100; customer < 150; customer++) {
            assertThat(guard.admits(discover(line(customer), sender(1)), now)).isTrue();
        }
        assertThat(guard.overClass(PuntClass.DHCP)).isZero();
        assertThat(guard.admits(discover(line(99), sender(1)), now)).isFalse();
        assertThat(guard.overClass(PuntClass.DHCP)).isEqualTo(1);
    }

    @Test
    void classesHaveBucketsOfTheirOwn() {
        PuntGuard guard = guard(10, PuntClass.DHCP, 10);
        for (int customer = 1; customer < 100; customer++) {
            passing(guard, discover(line(customer), sender(1)), 10);
        }
        assertThat(guard.overClass(PuntClass.DHCP)).isEqualTo(980);
        frame(line(1), sender(1), EthernetFrame.IP6, SOLICITATION);
        assertThat(passing(guard, frame, FLOOD)).isEqualTo(10);
        assertThat(guard.overLine(PuntClass.ND)).isEqualTo(FLOOD - 10);
    }

    @Test
    void priorityAndSenderDoNotMakeAnotherLine() {
        PuntGuard guard = guard(10, PuntClass.DHCP, 0);
        passing(guard, discover(line(7), sender(1)), 10);
        List<VlanTag> urgent = line(7).stream()
                .map(tag -> new VlanTag(tag.tpid(), 7 << 13 | tag.vid()))
                .toList();
        assertThat(guard.admits(discover(urgent, sender(2)), now)).isFalse();
    }

    @Test
    void withoutAVlanTheSenderIsTheLine() {
        PuntGuard guard = guard(10, PuntClass.DHCP, 0);
        passing(guard, discover(List.of(), sender(1)), 11);
        List<VlanTag> urgency = List.of(new VlanTag(VlanTag.C_TAG, 5 << 13));
        assertThat(guard.admits(discover(urgency, sender(1)), now)).isFalse();
        assertThat(guard.admits(discover(List.of(), sender(2)), now)).isTrue();
        assertThat(guard.storms()).containsExactly(new Storm(2, 0, 0, sender(1), PuntClass.DHCP, 2));
    }

    @Test
    void senderThatChangesItsAddressIsBoundedByTheClassAndTheTable() {
        PuntGuard guard = guard(10, PuntClass.DHCP, 200);
        int passed = 0;
        for (int i = 0; i < FLOOD; i++) {
            passed += guard.admits(discover(List.of(), sender(i)), now) ? 1 : 0;
        }
        assertThat(passed).isEqualTo(200);
    }

    @Test
    void withoutLimitsEverythingPasses() {
        PuntGuard guard = guard(0, PuntClass.DHCP, 0);
        assertThat(passing(guard, discover(line(7), sender(1)), FLOOD)).isEqualTo(FLOOD);
        assertThat(guard.storms()).isEmpty();
    }

    @Test
    void everyFrameHasAClass() {
        for (List<VlanTag> tags : List.of(line(7), line(7).subList(0, 1), List.<VlanTag>of())) {
            Bytes dhcp6 = TestPackets.udp6(SELF, Ip6.parse("ff02::1:2"), 547, 100);
            Bytes report = TestPackets.icmp6(SELF, Ip6.parse("ff02::16"), 143);
            assertThat(discover(tags, sender(1)).kind()).isEqualTo(PuntClass.DHCP);
            kind(tags, EthernetFrame.IP6, dhcp6, PuntClass.DHCP);
            kind(tags, EthernetFrame.IP6, SOLICITATION, PuntClass.ND);
            kind(tags, EthernetFrame.IP6, report, PuntClass.OTHER);
            kind(tags, EthernetFrame.IP4, Ends.udp(Ends.ALICE, Ends.SERVER, 68, 100), PuntClass.OTHER);
            kind(tags, EthernetFrame.ARP, Bytes.of(0, 1), PuntClass.ARP);
            kind(tags, 0x8863, Bytes.of(0x11, 9), PuntClass.PPPOE);
            kind(tags, 0x8864, Bytes.of(0x11, 0), PuntClass.PPP);
            kind(tags, 0x1234, Bytes.of(0), PuntClass.OTHER);
        }
    }

    private void kind(List<VlanTag> tags, int etherType, Bytes packet, PuntClass expected) {
        assertThat(frame(tags, sender(1), etherType, packet).kind()).isEqualTo(expected);
    }

    @Test
    void anyFrameOfAnyLengthHasALineAndNothingBehindItsEndIsRead() {
        SplittableRandom random = new SplittableRandom(3);
        List<Bytes> wholes = List.of(
                new EthernetFrame(MacAddress.BROADCAST, sender(1), line(7), EthernetFrame.IP4, DISCOVER).encode(),
                new EthernetFrame(MacAddress.BROADCAST, sender(1), line(7), EthernetFrame.IP6, SOLICITATION).encode());
        for (Bytes whole : wholes) {
            for (int length = 0; length <= whole.length(); length++) {
                byte[] bytes = whole.slice(0, length).toArray();
                for (int change = 0; change < 20; change++) {
                    MemorySegment memory = arena.allocate(Math.max(1, length)).asSlice(0, length);
                    Bytes.copyOf(bytes, 0, length).writeTo(memory.asByteBuffer());
                    frame.wrap(0, memory, 0, length);
                    assertThat(PuntedFrame.storm(frame.line(), 1).kind()).isEqualTo(frame.kind());
                    if (length > 0) {
                        bytes[random.nextInt(length)] = (byte) random.nextInt();
                    }
                }
            }
        }
    }

    @Test
    void framesCostNoMemory() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        PuntGuard guard = guard(10, PuntClass.DHCP, 1000);
        Bytes bytes =
                new EthernetFrame(MacAddress.BROADCAST, sender(1), List.of(), EthernetFrame.IP4, DISCOVER).encode();
        MemorySegment memory = arena.allocate(bytes.length());
        bytes.writeTo(memory.asByteBuffer());
        storm(guard, memory, bytes.length(), 100_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        storm(guard, memory, bytes.length(), 1_000_000);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
    }

    /** Each from another sender. */
    private void storm(PuntGuard guard, MemorySegment memory, int length, int frames) {
        for (int i = 0; i < frames; i++) {
            memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 8 + i % 4, (byte) i);
            frame.wrap(0, memory, 0, length);
            guard.admits(frame, now += 1000);
        }
    }
}
