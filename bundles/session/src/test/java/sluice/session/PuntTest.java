package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.WireWriter;
import sluice.platform.api.CounterSet;
import sluice.session.api.FrameKind;
import sluice.session.api.SessionKey;

/** What the punt thread knows of a frame, and how much it takes from one line. */
final class PuntTest {

    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress NEIGHBOUR = MacAddress.parse("02:00:00:00:00:02");
    private static final int VLAN = 0x8100_0064;

    private final FrameSummary summary = new FrameSummary();
    private final CounterSet<SessionCounter> counters = new CounterSet<>(SessionCounter.class);

    @Test
    void dhcpIsFoundUnderNoOneAndTwoTags() {
        assertThat(kind(dhcp())).isEqualTo(FrameKind.DHCP4);
        assertThat(kind(dhcp(0x8100_0007))).isEqualTo(FrameKind.DHCP4);
        assertThat(kind(dhcp(0x88a8_0064, 0x8100_0007))).isEqualTo(FrameKind.DHCP4);
        assertThat(kind(dhcp(0x8100_0064, 0x8100_0064))).isEqualTo(FrameKind.DHCP4);
    }

    @Test
    void otherEthertypesHaveTheirKind() {
        assertThat(kind(header(0x8863).zeros(40).toBytes())).isEqualTo(FrameKind.PPPOE);
        assertThat(kind(header(0x8864).zeros(40).toBytes())).isEqualTo(FrameKind.PPPOE);
        assertThat(kind(header(0x86dd).zeros(40).toBytes())).isEqualTo(FrameKind.IPV6);
        assertThat(kind(header(0x0806).zeros(40).toBytes())).isEqualTo(FrameKind.OTHER);
    }

    @Test
    void noTruncationOrChanceReadsBeyondTheFrame() {
        Bytes whole = dhcp(0x88a8_0064, 0x8100_0007);
        for (int length = 0; length < whole.length(); length++) {
            FrameKind kind = kind(whole.slice(0, length));
            assertThat(kind).isIn(FrameKind.OTHER, FrameKind.DHCP4);
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            kind(Bytes.adopt(bytes));
        }
    }

    @Test
    void lineHasItsBurstThenItsRateAndOthersAreNotConcerned() {
        LineLimiter limiter = new LineLimiter(50, 0);
        long flood = LineLimiter.line(0, 100, 7, MAC);
        int admitted = 0;
        for (int i = 0; i < 1_000; i++) {
            admitted += limiter.admits(flood, 0) ? 1 : 0;
        }
        assertThat(admitted).isBetween(100, 102);
        assertThat(limiter.admits(LineLimiter.line(0, 100, 8, MAC), 0)).isTrue();
        int later = 0;
        for (int i = 0; i < 1_000; i++) {
            later += limiter.admits(flood, 1_000_000_000L) ? 1 : 0;
        }
        assertThat(later).isEqualTo(50);
    }

    @Test
    void segmentThatManyShareIsLimitedPerSender() {
        assertThat(LineLimiter.line(0, 0, 0, MAC)).isNotEqualTo(LineLimiter.line(0, 0, 0, NEIGHBOUR));
        assertThat(LineLimiter.line(0, 100, 0, MAC)).isNotEqualTo(LineLimiter.line(0, 100, 0, NEIGHBOUR));
        assertThat(LineLimiter.line(0, 1, 2, MAC)).isEqualTo(LineLimiter.line(0, 1, 2, NEIGHBOUR));
        assertThat(LineLimiter.line(0, 100, 0, MAC)).isNotEqualTo(LineLimiter.line(0, 101, 0, MAC));
        assertThat(LineLimiter.line(0, 0, 0, MAC)).isNotEqualTo(LineLimiter.line(1, 0, 0, MAC));
    }

    @Test
    void thousandNeighboursOnOneVlanMayAllDialAtOnce() {
        LineLimiter limiter = new LineLimiter(50, 0);
        int admitted = 0;
        for (int device = 0; device < 1_000; device++) {
            for (int frame = 0; frame < 10; frame++) {
                admitted += limiter.admits(line(new MacAddress(0x0200_0001_0000L + device), 0x8863, VLAN), 0) ? 1 : 0;
            }
        }
        assertThat(admitted).isEqualTo(10_000);
    }

    @Test
    void floodOfDiscoveryTakesNothingFromNeighboursNorFromPppOfItsOwnLine() {
        LineLimiter limiter = new LineLimiter(50, 0);
        for (int[] tags : new int[][] {{VLAN}, {VLAN, 0x8100_0007}}) {
            while (limiter.admits(line(MAC, 0x8863, tags), 0)) {
                // until it has nothing left
            }
            assertThat(limiter.admits(line(MAC, 0x8864, tags), 0)).isTrue();
        }
        assertThat(limiter.admits(line(NEIGHBOUR, 0x8863, VLAN), 0)).isTrue();
        assertThat(limiter.admits(line(NEIGHBOUR, 0x8864, VLAN), 0)).isTrue();
        assertThat(limiter.admits(line(NEIGHBOUR, 0x8863, VLAN, 0x8100_0007), 0))
                .as("a VLAN pair is one line, whoever sends")
                .isFalse();
    }

    private long line(MacAddress sender, int etherType, int... tags) {
        byte[] frame = header(sender, etherType, tags).zeros(40).toBytes().toArray();
        return summary.read(MemorySegment.ofArray(frame), 0, frame.length).line(0);
    }

    @Test
    void userNameIsMadeOfTheLineAndInjectsNothing() {
        UserNameTemplate template = new UserNameTemplate("{bng}/{remote-id}/{circuit-id}", "bng-01", "");
        assertThat(name(template, "1/0/3", "cstm-relay-02")).isEqualTo("bng-01/cstm-relay-02/1/0/3");
        assertThat(name(template, "", "")).isEqualTo("bng-01/port-0/100.7");
        assertThat(name(template, "a\"\nUser-Name=root", "r"))
                .doesNotContain("\n")
                .doesNotContain("\"");
        assertThatThrownBy(() -> new UserNameTemplate("{ont}", "bng-01", "")).hasMessageContaining("{ont}");
        assertThat(counters.get(SessionCounter.USER_NAME_FALLBACK)).isZero();
    }

    @Test
    void userNameMayBeTheSerialNumberOfTheOntInItsRealm() { // ITU-T G.984.3, 9.2.4.1
        UserNameTemplate template = new UserNameTemplate("{ont-serial}@{realm}", "bng-01", "example.net");
        assertThat(name(template, "FSAN:ALCL12345678", "olt-1")).isEqualTo("ALCL12345678@example.net");
        assertThat(name(template, "1/0/3", "HWTCab01cd02")).isEqualTo("HWTCAB01CD02@example.net");
        assertThat(name(template, "olt-1 eth 1/1/ZTEG0a0b0c0d/2:100", "")).isEqualTo("ZTEG0A0B0C0D@example.net");
        assertThat(name(template, "FSAN:ALCL12345678", "HWTC00000001"))
                .as("remote-id is the node's word on the subscriber")
                .isEqualTo("HWTC00000001@example.net");
        assertThat(counters.get(SessionCounter.USER_NAME_FALLBACK)).isZero();
    }

    @Test
    void lineForWhichAFieldIsEmptyIsCalledByItsIdsAndCounted() {
        UserNameTemplate template = new UserNameTemplate("{ont-serial}@{realm}", "bng-01", "example.net");
        assertThat(name(template, "1/0/3", "cstm-relay-02")).isEqualTo("bng-01/cstm-relay-02/1/0/3");
        assertThat(name(template, "XALCL12345678", "ALCL123456789"))
                .as("part of a longer word")
                .isEqualTo("bng-01/ALCL123456789/XALCL12345678");
        assertThat(name(new UserNameTemplate("{mac}@{realm}", "bng-01", " "), "", ""))
                .isEqualTo("bng-01/port-0/100.7");
        assertThat(counters.get(SessionCounter.USER_NAME_FALLBACK)).isEqualTo(3);
    }

    private String name(UserNameTemplate template, String circuit, String remote) {
        return template.of(key(Bytes.utf8(circuit), Bytes.utf8(remote)), counters);
    }

    @Test
    void shardOfALineDoesNotDependOnWhatSomeFramesLack() {
        assertThat(key(Bytes.utf8("1/0/3"), Bytes.EMPTY).shardHash())
                .isEqualTo(key(Bytes.EMPTY, Bytes.EMPTY).shardHash());
    }

    private static SessionKey key(Bytes circuit, Bytes remote) {
        return new SessionKey(new LineId(0, 100, 7, circuit, remote), MAC);
    }

    private FrameKind kind(Bytes frame) {
        byte[] bytes = frame.toArray();
        return summary.read(MemorySegment.ofArray(bytes), 0, bytes.length).kind();
    }

    private static WireWriter header(int etherType, int... tags) {
        return header(MAC, etherType, tags);
    }

    private static WireWriter header(MacAddress sender, int etherType, int... tags) {
        WireWriter out = new WireWriter(400).mac(MacAddress.BROADCAST).mac(sender);
        for (int tag : tags) {
            out.i32(tag);
        }
        return out.u16(etherType);
    }

    private static Bytes dhcp(int... tags) {
        return header(0x0800, tags)
                .u8(0x45)
                .zeros(8)
                .u8(17)
                .zeros(10)
                .u16(68)
                .u16(67)
                .u16(308)
                .u16(0)
                .zeros(300)
                .toBytes();
    }

    @Test
    void idsCountUpAlsoWhenTheClockWentBack() {
        List<Long> ids = List.of(
                new SessionIds(1_000, 0).next().value(),
                new SessionIds(0, 1L << 40).next().value());
        assertThat(ids).containsExactly((1_000L << 20) + 1, (1L << 40) + 1);
    }
}
