package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.InternetChecksum;
import sluice.net.Ip4;

/** Packets that are too large or too old: their senders are told (RFC 792, RFC 1191), but not too often. */
final class IcmpErrorTest {

    private static final int DONT_FRAGMENT = 0x4000;
    private static final int CORE_MTU = 1500;
    private static final Bytes TTL_EXCEEDED = Bytes.fromHex("0b00000000000000");

    private Bench bench;

    static Stream<Line> lines() {
        return Line.all().stream();
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

    private static Bytes payload(int length) {
        return Bytes.copyOf(new byte[length - 20]);
    }

    private static Bytes fragmentationNeeded(int mtu) {
        return Bytes.fromHex("0304000000000000").slice(0, 6).plus(Line.u16(mtu));
    }

    /** What the gateway says of a packet to the one who sent it. */
    private static Bytes error(Bytes head, Ip4 to, Bytes packet) {
        int header = (packet.at(0) & 0xf) * 4;
        Bytes message = head.plus(packet.slice(0, Math.min(packet.length(), header + 8)));
        int checksum = InternetChecksum.of(message);
        Bytes complete = message.slice(0, 2).plus(Line.u16(checksum)).plus(message.slice(4));
        return Ip4Fields.ICMP.packet(Packets.GATEWAY, to, complete);
    }

    private static Bytes toSubscriber(Line line, Bytes packet) {
        return line.withPriority(6).down(packet);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void largestPacketPassesAndALargerOneIsReportedToTheCore(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Ip4Fields fields = Ip4Fields.UDP.withFragment(DONT_FRAGMENT);
        int mtu = line.mtu(Bench.MTU);
        assertThat(bench.core(Line.fromCore(Line.downPacket(fields, payload(mtu))))
                        .verdict())
                .isEqualTo(Verdict.FORWARDED_DOWN);
        Bytes large = Line.downPacket(fields, payload(mtu + 1));
        assertThat(bench.core(Line.fromCore(large)))
                .isEqualTo(new Bench.Result(
                        Bench.REDIRECT,
                        Line.toCore(error(fragmentationNeeded(mtu), Packets.SERVER, large)),
                        Verdict.FRAGMENTATION_NEEDED));
        assertThat(bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER))
                .contains(new Traffic(0, 0, 1, mtu, 0, 0, 0));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void packetLargerThanTheCoreIsReportedToTheSubscriber(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Ip4Fields fields = Ip4Fields.UDP.withFragment(DONT_FRAGMENT);
        assertThat(bench.access(line.up(Line.upPacket(fields, payload(CORE_MTU))))
                        .verdict())
                .isEqualTo(Verdict.FORWARDED_UP);
        Bytes large = Line.upPacket(fields.withOptions(Bytes.copyOf(new byte[8])), payload(CORE_MTU));
        assertThat(bench.access(line.up(large)))
                .isEqualTo(new Bench.Result(
                        Bench.REDIRECT,
                        toSubscriber(line, error(fragmentationNeeded(CORE_MTU), Packets.SUBSCRIBER, large)),
                        Verdict.FRAGMENTATION_NEEDED));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void expiredPacketIsReportedToItsSender(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        for (Bytes options : List.of(Bytes.EMPTY, Bytes.copyOf(new byte[40]))) {
            for (int ttl : List.of(0, 1)) {
                Ip4Fields fields = Ip4Fields.UDP.withTtl(ttl).withOptions(options);
                Bytes up = Line.upPacket(fields, payload(60));
                assertThat(bench.access(line.up(up)))
                        .isEqualTo(new Bench.Result(
                                Bench.REDIRECT,
                                toSubscriber(line, error(TTL_EXCEEDED, Packets.SUBSCRIBER, up)),
                                Verdict.TIME_EXCEEDED));
                Bytes down = Line.downPacket(fields, payload(60));
                assertThat(bench.core(Line.fromCore(down)))
                        .isEqualTo(new Bench.Result(
                                Bench.REDIRECT,
                                Line.toCore(error(TTL_EXCEEDED, Packets.SERVER, down)),
                                Verdict.TIME_EXCEEDED));
            }
        }
        assertThat(bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER)).contains(Traffic.NONE);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void packetThatMayBeFragmentedIsDroppedWithoutAWord(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        int mtu = line.mtu(Bench.MTU);
        for (int flags : List.of(0, 0x2000, 0x2010, 0x0010)) { // whole; first, middle and last fragment
            Ip4Fields fields = Ip4Fields.UDP.withFragment(flags);
            assertThat(bench.core(Line.fromCore(Line.downPacket(fields, payload(mtu))))
                            .verdict())
                    .isEqualTo(Verdict.FORWARDED_DOWN);
            assertDropped(bench.core(Line.fromCore(Line.downPacket(fields, payload(mtu + 1)))));
            assertThat(bench.access(line.up(Line.upPacket(fields, payload(CORE_MTU))))
                            .verdict())
                    .isEqualTo(Verdict.FORWARDED_UP);
            assertDropped(bench.access(line.up(Line.upPacket(fields, payload(CORE_MTU + 1)))));
        }
        assertThat(bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER))
                .contains(new Traffic(4, 4 * CORE_MTU, 4, 4L * mtu, 0, 0, 0));
    }

    private static void assertDropped(Bench.Result result) {
        assertThat(result.verdict()).isEqualTo(Verdict.TOO_BIG);
        assertThat(result.action()).isEqualTo(Bench.DROP);
    }

    @Test
    void mtuOfTheSubscriberCountsWhereItIsSmaller() throws Exception {
        bench.subscribers().install(Line.PPPOE.entry(Line.mtuOf(1492)));
        Ip4Fields fields = Ip4Fields.UDP.withFragment(DONT_FRAGMENT);
        assertThat(bench.core(Line.fromCore(Line.downPacket(fields, payload(1492))))
                        .verdict())
                .isEqualTo(Verdict.FORWARDED_DOWN);
        Bytes large = Line.downPacket(fields, payload(1493));
        assertThat(bench.core(Line.fromCore(large)).frame())
                .isEqualTo(Line.toCore(error(fragmentationNeeded(1492), Packets.SERVER, large)));
        bench.subscribers().install(Line.PPPOE.entry(Line.mtuOf(9000)));
        assertThat(bench.core(Line.fromCore(Line.downPacket(fields, payload(Bench.MTU - 11))))
                        .verdict())
                .isEqualTo(Verdict.FRAGMENTATION_NEEDED);
    }

    @Test
    void sendersWhomNobodyMayTellAreNotTold() throws Exception {
        bench.subscribers().install(Line.IPOE.entry());
        Ip4Fields last = Ip4Fields.UDP.withTtl(1);
        for (int type : List.of(3, 4, 5, 11, 12)) {
            Bytes report = Bytes.of(type, 0).plus(payload(60));
            Bytes packet = Line.upPacket(Ip4Fields.ICMP.withTtl(1), report);
            assertThat(bench.access(Line.IPOE.up(packet)).verdict()).isEqualTo(Verdict.TTL_EXPIRED);
        }
        Bytes ping = Bytes.of(8, 0).plus(payload(60));
        assertThat(bench.access(Line.IPOE.up(Line.upPacket(Ip4Fields.ICMP.withTtl(1), ping)))
                        .verdict())
                .isEqualTo(Verdict.TIME_EXCEEDED);
        assertThat(bench.access(Line.IPOE.up(Line.upPacket(last.withFragment(0x0001), payload(60))))
                        .verdict())
                .isEqualTo(Verdict.TTL_EXPIRED);
        for (String group : List.of("224.0.0.5", "127.0.0.1", "0.0.0.0", "255.255.255.255")) {
            Bytes packet = last.packet(Ip4.parse(group), Packets.SUBSCRIBER, payload(60));
            assertThat(bench.core(Line.fromCore(packet)).verdict()).isEqualTo(Verdict.TTL_EXPIRED);
        }
    }

    @Test
    void oneSenderIsToldTwentyTimesAtOnceAndThenHundredTimesASecond() throws Exception {
        bench.subscribers().install(Line.IPOE.entry());
        Bytes frame = Line.IPOE.up(Line.upPacket(Ip4Fields.UDP.withTtl(1), payload(60)));
        int told = 0;
        int rounds = 2000;
        for (int i = 0; i < rounds; i++) {
            told += bench.access(frame).verdict() == Verdict.TIME_EXCEEDED ? 1 : 0;
        }
        assertThat(told).isBetween(20, rounds / 2);
        Bytes other = Line.downPacket(Ip4Fields.UDP.withTtl(1), payload(60));
        assertThat(bench.core(Line.fromCore(other)).verdict()).isEqualTo(Verdict.TIME_EXCEEDED);
    }
}
