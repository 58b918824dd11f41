package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.MacAddress;

/** PPPoE (RFC 2516) beside data: echoes of open sessions are answered, control goes to Java, the rest is named. */
final class PppoeTest {

    private static final int LCP = 0xc021;
    private static final Bytes ECHO = Bytes.fromHex("09070010c0ffee010102030405060708");

    private static Bench bench;

    static Stream<Line> lines() {
        return Line.all().stream().filter(line -> line.pppoe() != 0);
    }

    @BeforeAll
    static void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
    }

    @AfterEach
    void forget() throws Exception {
        bench.subscribers().remove(Line.SESSION, Packets.SUBSCRIBER);
    }

    @AfterAll
    static void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private void assertPunted(Bytes frame) throws Exception {
        Bench.Result result = bench.access(frame);
        assertThat(result.verdict()).isEqualTo(Verdict.PUNT_UNHEARD);
        assertThat(result.frame()).as("whole and unchanged").isEqualTo(frame);
    }

    private void assertDropped(Bytes frame, Verdict verdict) throws Exception {
        Bench.Result result = bench.access(frame);
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.action()).isEqualTo(Bench.DROP);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void echoOfAnOpenSessionIsAnsweredWithItsData(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Bytes padding = Bytes.copyOf(new byte[9]);
        Bytes answer = Bytes.fromHex("0a0700105eedf00d0102030405060708");
        assertThat(bench.access(line.ppp(LCP, ECHO).plus(padding)))
                .isEqualTo(new Bench.Result(
                        Bench.REDIRECT, line.pppAnswer(LCP, answer).plus(padding), Verdict.LCP_ECHO_ANSWERED));
        assertThat(bench.subscribers().read(Line.SESSION, Packets.SUBSCRIBER)).contains(Traffic.NONE);
    }

    @Test
    void echoWithoutDataAndMagicIsAnswered() throws Exception {
        bench.subscribers().install(Line.PPPOE.entry());
        assertThat(bench.access(Line.PPPOE.ppp(LCP, Bytes.fromHex("0901000800000000")))
                        .frame())
                .isEqualTo(Line.PPPOE.pppAnswer(LCP, Bytes.fromHex("0a0100085eedf00d")));
    }

    @Test
    void echoOfNoOpenSessionIsForJava() throws Exception {
        assertPunted(Line.PPPOE.ppp(LCP, ECHO));
        bench.subscribers().install(Line.PPPOE.entry());
        assertPunted(new Line(Packets.DOUBLE, 0x1235).ppp(LCP, ECHO));
        assertPunted(new Line(Packets.SINGLE, 0x1234).ppp(LCP, ECHO));
        assertPunted(Packets.with(Line.PPPOE.ppp(LCP, ECHO), 11, 0x99));
        bench.subscribers().stop(Line.SESSION, Packets.SUBSCRIBER);
        assertPunted(Line.PPPOE.ppp(LCP, ECHO));
    }

    @Test
    void echoFromALoopIsForJava() throws Exception {
        bench.subscribers().install(Line.PPPOE.entry());
        assertPunted(Line.PPPOE.ppp(LCP, Bytes.fromHex("090100085eedf00d")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"09070007c0ffee01", "09070000c0ffee01", "09070011c0ffee010102030405060708"})
    void echoWithAnImpossibleLengthIsDropped(String message) throws Exception {
        bench.subscribers().install(Line.PPPOE.entry());
        assertDropped(Line.PPPOE.ppp(LCP, Bytes.fromHex(message)), Verdict.BAD_LCP);
    }

    @Test
    void everyOtherControlFrameIsForJava() throws Exception {
        bench.subscribers().install(Line.PPPOE.entry());
        for (int protocol : List.of(LCP, 0xc023, 0xc025, 0xc223, 0x8021, 0x8057, 0x80fd, 0x8281, 0x00fd, 0x0281)) {
            assertPunted(Line.PPPOE.ppp(protocol, Bytes.fromHex("01010004")));
        }
        assertPunted(Line.PPPOE.ppp(LCP, Bytes.fromHex("0a070008c0ffee01")));
        assertPunted(Line.PPPOE.ppp(LCP, Bytes.EMPTY));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void discoveryIsForJava(Line line) throws Exception {
        assertPunted(line.discovery(MacAddress.BROADCAST));
        assertPunted(line.discovery(Packets.GATEWAY_MAC));
        assertDropped(line.discovery(Packets.NEXT_HOP_MAC), Verdict.NOT_FOR_US);
    }

    @Test
    void dataOfNoOpenSessionIsForJavaIfNobodyHasIt() throws Exception {
        Bytes packet = Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 10);
        assertPunted(Line.PPPOE.up(packet));
        bench.subscribers().install(Line.PPPOE.entry());
        assertDropped(new Line(Packets.DOUBLE, 0x1235).up(packet), Verdict.SPOOFED_PPPOE);
        assertDropped(
                Line.PPPOE.up(Packets.udp(Packets.SUBSCRIBER.plus(1), Packets.SERVER, 9000, 10)),
                Verdict.UNKNOWN_PPPOE);
        bench.subscribers().stop(Line.SESSION, Packets.SUBSCRIBER);
        assertDropped(Line.PPPOE.up(packet), Verdict.UNKNOWN_PPPOE);
    }

    @Test
    void sessionFramesToOthersAreNotOurs() throws Exception {
        bench.subscribers().install(Line.PPPOE.entry());
        Bytes frame = Line.PPPOE.up(Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 10));
        assertDropped(Packets.with(frame, 5, 0x77), Verdict.NOT_FOR_US);
        assertDropped(Bytes.fromHex("ffffffffffff").plus(frame.slice(6)), Verdict.NOT_FOR_US);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void wrongHeadsHaveTheirOwnReasons(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Bytes good = line.up(Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 10));
        int head = 14 + 4 * line.tags().size();
        assertThat(bench.access(good).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertDropped(Packets.with(good, head, 0x21), Verdict.BAD_PPPOE);
        assertDropped(Packets.with(good, head, 0x12), Verdict.BAD_PPPOE);
        assertDropped(Packets.with(good, head + 1, 0xa7), Verdict.BAD_PPPOE);
        assertDropped(Packets.with(Packets.with(good, head + 2, 0), head + 3, 0), Verdict.BAD_PPPOE);
        assertDropped(Packets.with(good, head + 5, 1), Verdict.BAD_PPPOE);
        assertDropped(Packets.with(good, head + 5, 41), Verdict.TRUNCATED_PPPOE);
        assertDropped(Packets.with(good, head + 5, 39), Verdict.TRUNCATED_IP);
        assertDropped(Packets.with(good, head + 6, 0x21), Verdict.BAD_PPP);
        assertDropped(Packets.with(good, head + 7, 0x20), Verdict.BAD_PPP);
        assertDropped(Packets.with(good, head + 8, 0x65), Verdict.BAD_IP_VERSION);
        assertDropped(Packets.with(good, head + 16, 63), Verdict.BAD_IP_CHECKSUM);
    }

    @Test
    void everyTruncationIsDroppedAsTruncated() throws Exception {
        bench.subscribers().install(Line.PPPOE.entry());
        Bytes whole = Line.PPPOE.up(Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 10));
        for (int length = 14; length < whole.length(); length++) {
            assertThat(bench.access(whole.slice(0, length)).verdict())
                    .as("%d bytes", length)
                    .isIn(Set.of(Verdict.TRUNCATED_VLAN, Verdict.TRUNCATED_PPPOE));
        }
    }
}
