package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
import sluice.platform.api.Table;

/** Storms of real frames on lines with tags, before the rings and in the rules of ARP. */
@Timeout(60)
final class PuntTest {

    private static final int LINE_RATE = 20;
    private static final int FLOOD = 3000;
    private static final MacAddress BOBS_MAC = MacAddress.parse("02:00:00:00:01:02");
    private static final List<VlanTag> STORMY = line(7);
    private static final List<VlanTag> CALM = line(8);
    private static final Bytes DISCOVER = Ends.udp(Ip4.ANY, Ip4.BROADCAST, 67, 300);

    private final List<Bytes> punted = new ArrayList<>();
    private Ends ends;
    private LinuxDataPlane dataPlane;

    @BeforeEach
    void build() throws Exception {
        ends = new Ends();
        PuntLimits limits = new PuntLimits(LINE_RATE, Map.of(PuntClass.ARP, 1000));
        dataPlane = ends.start(new LinuxSettings(List.of(Ends.ROUTER), List.of(), 64, Shaping.POLICER, 100, limits));
        ends.closeLater(() -> dataPlane.close());
    }

    @AfterEach
    void tearDown() {
        if (ends != null) {
            ends.close();
        }
    }

    private static List<VlanTag> line(int customer) {
        return List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(customer)));
    }

    /** Reads until so many frames have been read in all, whatever became of them. */
    private void read(int frames) {
        int read = 0;
        for (int i = 0; i < 500 && read < frames; i++) {
            dataPlane.await(Duration.ofMillis(10));
            read += dataPlane.poll(
                    (port, memory, offset, length) -> punted.add(
                            Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer())),
                    256);
        }
        assertThat(read).isEqualTo(frames);
    }

    private String dropped(String reason) {
        Table table = new DropTable(dataPlane).table();
        return table.rows().stream()
                .filter(row -> row.getFirst().equals(reason))
                .findFirst()
                .orElseThrow()
                .getLast();
    }

    @Test
    void stormOfDiscoversOnOneLineCostsOtherLinesAndClassesNothing() throws Exception {
        Bytes storm = ends.up(Ends.ALICES_MAC, STORMY, EthernetFrame.IP4, DISCOVER);
        Bytes calm = ends.up(BOBS_MAC, CALM, EthernetFrame.IP4, DISCOVER);
        Bytes solicitation = ends.up(
                Ends.ALICES_MAC,
                STORMY,
                EthernetFrame.IP6,
                TestPackets.icmp6(Ip6.parse("fe80::1"), Ip6.parse("ff02::2"), 133));
        for (int i = 0; i < FLOOD; i++) {
            ends.access.send(storm);
        }
        ends.access.send(calm);
        ends.access.send(solicitation);
        read(FLOOD + 2);
        assertThat(punted).contains(calm, solicitation);
        assertThat(punted.stream().filter(storm::equals).count()).isBetween((long) LINE_RATE, FLOOD / 2L);
        List<Storm> storms = dataPlane.guard().storms();
        long lost = FLOOD + 2L - punted.size();
        assertThat(storms).containsExactly(new Storm(0, 100, 7, MacAddress.ZERO, PuntClass.DHCP, lost));
        assertThat(dropped("drop: more DHCP than a line may send")).isEqualTo(Long.toString(lost));
        assertThat(new StormTable(dataPlane).table().rows())
                .containsExactly(List.of("0", "100", "7", "", "DHCP", Long.toString(lost)));
    }

    @Test
    void fullRingOfOneClassLeavesRoomForTheOther() throws Exception {
        Bytes storm = ends.up(Ends.ALICES_MAC, STORMY, EthernetFrame.IP4, DISCOVER);
        Bytes solicitation = ends.up(
                BOBS_MAC, CALM, EthernetFrame.IP6, TestPackets.icmp6(Ip6.parse("fe80::1"), Ip6.parse("ff02::2"), 133));
        for (int i = 0; i < 2 * FLOOD; i++) {
            ends.access.send(storm);
        }
        ends.access.send(solicitation);
        assertThat(dataPlane.puntedLost()).as("the ring was full").isPositive();
        for (int i = 0; i < 500 && !punted.contains(solicitation); i++) {
            dataPlane.await(Duration.ofMillis(10));
            dataPlane.poll(
                    (port, memory, offset, length) -> punted.add(
                            Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer())),
                    256);
        }
        assertThat(punted).contains(solicitation);
    }

    @Test
    void stormOfArpFromManySendersOfOneLineLeavesTheOtherLineItsAnswer() throws Exception {
        for (int i = 0; i < 5 * LINE_RATE; i++) {
            ends.access.send(question(new MacAddress(0x0200_0000_1000L + i), STORMY));
        }
        ends.access.send(question(BOBS_MAC, CALM));
        assertThat(ends.access.receives(frame -> isAnswer(frame, BOBS_MAC))).isTrue();
        assertThat(Long.parseLong(dropped("drop: more ARP than a line may send")))
                .isBetween(2L * LINE_RATE, 4L * LINE_RATE);
        assertThat(dropped("drop: more ARP than all lines may send")).isEqualTo("0");
    }

    /** RFC 826. */
    private Bytes question(MacAddress mac, List<VlanTag> tags) {
        Bytes message = Bytes.fromHex("0001080006040001")
                .plus(mac.toBytes())
                .plus(Ends.ALICE.toBytes())
                .plus(MacAddress.ZERO.toBytes())
                .plus(Ends.GATEWAY.toBytes());
        return new EthernetFrame(MacAddress.BROADCAST, mac, tags, EthernetFrame.ARP, message).encode();
    }

    private static boolean isAnswer(Bytes frame, MacAddress asker) {
        return frame.length() >= 22 && frame.slice(0, 6).equals(asker.toBytes());
    }
}
