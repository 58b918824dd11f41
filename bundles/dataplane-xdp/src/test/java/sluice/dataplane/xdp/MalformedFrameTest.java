package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * Nothing wrong goes through, and each has a name. The bench itself checks that every frame moves exactly one counter.
 */
final class MalformedFrameTest {

    /** BPF_PROG_TEST_RUN wants a whole Ethernet header. */
    private static final int SHORTEST = 14;

    private Bench bench;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        bench.subscribers()
                .install(new SubscriberEntry(
                        1,
                        0,
                        Packets.DOUBLE,
                        Packets.SUBSCRIBER_MAC,
                        Packets.SUBSCRIBER,
                        Policer.UNLIMITED,
                        Policer.UNLIMITED));
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    @Test
    void everyTruncationIsDroppedAsTruncated() throws Exception {
        Set<Verdict> truncated = Set.of(Verdict.TRUNCATED_VLAN, Verdict.TRUNCATED_IP, Verdict.TRUNCATED_ARP);
        for (Bytes whole : List.of(
                Packets.up(Packets.DOUBLE, 40),
                Packets.dhcp(Packets.DOUBLE, 40),
                Packets.dhcp(Packets.SINGLE, 40),
                Packets.dhcp(Packets.UNTAGGED, 40),
                Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Packets.SUBSCRIBER, Packets.GATEWAY))) {
            for (int length = SHORTEST; length < whole.length(); length++) {
                Bench.Result result = bench.access(whole.slice(0, length));
                assertThat(result.verdict()).as("%d of %s", length, whole).isIn(truncated);
                assertThat(result.action()).isEqualTo(Bench.DROP);
            }
        }
        assertThat(bench.subscribers().read(1, Packets.SUBSCRIBER)).contains(Traffic.NONE);
    }

    @Test
    void everyTruncationFromTheCoreIsDroppedOrLeftToTheKernel() throws Exception {
        Bytes whole = Packets.down(40);
        for (int length = SHORTEST; length < whole.length(); length++) {
            Verdict expected = length < SHORTEST + 20 ? Verdict.PASSED : Verdict.TRUNCATED_IP;
            assertThat(bench.core(whole.slice(0, length)).verdict())
                    .as("%d bytes", length)
                    .isEqualTo(expected);
        }
    }

    @Test
    void wrongFieldsOfTheIpHeaderHaveTheirOwnReasons() throws Exception {
        Bytes good = Packets.up(Packets.UNTAGGED, 40);
        assertThat(bench.access(Packets.with(good, 14, 0x55)).verdict()).isEqualTo(Verdict.BAD_IP_VERSION);
        assertThat(bench.access(Packets.with(good, 14, 0x44)).verdict()).isEqualTo(Verdict.BAD_IP_HEADER_LENGTH);
        assertThat(bench.access(Packets.with(good, 17, 19)).verdict()).isEqualTo(Verdict.BAD_IP_TOTAL_LENGTH);
        assertThat(bench.access(Packets.with(good, 16, 0x7f)).verdict()).isEqualTo(Verdict.TRUNCATED_IP);
        assertThat(bench.access(Packets.with(good, 22, 63)).verdict()).isEqualTo(Verdict.BAD_IP_CHECKSUM);
        assertThat(bench.access(Packets.with(good, 6, 0x03)).verdict()).isEqualTo(Verdict.BAD_SOURCE_MAC);
        assertThat(bench.core(Packets.with(Packets.down(40), 22, 63)).verdict()).isEqualTo(Verdict.BAD_IP_CHECKSUM);
    }

    @Test
    void thirdTagIsRefused() throws Exception {
        Bytes frame = Packets.up(Packets.DOUBLE, 40);
        for (String tpid : List.of("8100", "88a8", "9100")) {
            Bytes tripled =
                    frame.slice(0, 20).plus(Bytes.fromHex(tpid + "0001")).plus(frame.slice(20));
            assertThat(bench.access(tripled).verdict()).isEqualTo(Verdict.BAD_VLAN_STACK);
        }
        List<VlanTag> reversed = List.of(Packets.DOUBLE.get(1), Packets.DOUBLE.get(0));
        assertThat(bench.access(Packets.up(reversed, 40)).verdict()).isEqualTo(Verdict.BAD_VLAN_STACK);
    }

    @Test
    void protocolsThatAreNotServedHaveTheirOwnReasons() throws Exception {
        Bytes frame = Packets.up(Packets.UNTAGGED, 40);
        assertThat(bench.access(type(frame, 0x86dd)).verdict()).isEqualTo(Verdict.BAD_IP_VERSION);
        assertThat(bench.access(type(frame, 0x8864)).verdict()).isEqualTo(Verdict.BAD_PPPOE);
        assertThat(bench.access(type(frame, 0x88cc)).verdict()).isEqualTo(Verdict.OTHER_PROTOCOL);
    }

    private static Bytes type(Bytes frame, int type) {
        return Packets.with(Packets.with(frame, 12, type >> 8), 13, type & 0xff);
    }

    @Test
    void randomFramesAreNeverForwarded() throws Exception {
        long seed = 20260101;
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = new byte[SHORTEST + random.nextInt(200)];
            random.nextBytes(bytes);
            Bench.Result result = bench.access(Bytes.adopt(bytes));
            assertThat(result.action())
                    .as("seed %d, frame %d: %s", seed, i, Bytes.copyOf(bytes))
                    .isEqualTo(Bench.DROP);
        }
    }

    @Test
    void damagedFramesAreForwardedOnlyWhenTheDamageIsInThePayload() throws Exception {
        long seed = 20260102;
        Random random = new Random(seed);
        Bytes good = Packets.up(Packets.DOUBLE, 100);
        int header = 14 + 8 + 20;
        for (int i = 0; i < 3000; i++) {
            int offset = random.nextInt(good.length());
            int value = random.nextInt(256);
            Bench.Result result = bench.access(Packets.with(good, offset, value));
            boolean harmless = value == good.at(offset) || offset >= header || isPriority(good, offset, value);
            assertThat(result.verdict() == Verdict.FORWARDED_UP)
                    .as("seed %d, byte %d = %d: %s", seed, offset, value, result.verdict())
                    .isEqualTo(harmless);
        }
    }

    /** The upper four bits of a tag say how urgent the frame is, not whose. */
    private static boolean isPriority(Bytes good, int offset, int value) {
        return (offset == 14 || offset == 18) && (value & 0xf) == (good.at(offset) & 0xf);
    }
}
