package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.net.Bytes;

/**
 * Every bit of the headers of every access shape turned over, one at a time: what goes on goes on with exactly that
 * bit, what must not has a name.
 */
final class DamagedFrameTest {

    private static final int ETHERNET = 14;
    private static final int SOURCE_MAC_AT = 6;
    private static final int TYPE_AT = 12;
    private static final int HEADER4 = 20;
    private static final int PAYLOAD = 100;
    private static final int LEAST_PAYLOAD = 46;
    private static final int SOURCE6_AT = 8;
    private static final int DESTINATION6_AT = 24;
    private static final int PAYLOAD_STEP = 17; // of the payload some bytes will do

    private static final Set<Verdict> BAD_STATION = Set.of(Verdict.SPOOFED_MAC, Verdict.BAD_SOURCE_MAC);
    private static final Set<Verdict> BAD_IP4 = Set.of(
            Verdict.BAD_IP_VERSION,
            Verdict.BAD_IP_HEADER_LENGTH,
            Verdict.BAD_IP_TOTAL_LENGTH,
            Verdict.TRUNCATED_IP,
            Verdict.BAD_IP_CHECKSUM);
    private static final Set<Verdict> BAD_IP6 =
            Set.of(Verdict.BAD_IP_VERSION, Verdict.BAD_IP6_LENGTH, Verdict.TRUNCATED_IP, Verdict.TIME_EXCEEDED);
    private static final Set<Verdict> NOBODY6 =
            Set.of(Verdict.UNKNOWN_SOURCE, Verdict.UNKNOWN_PPPOE, Verdict.BAD_IP6_SOURCE, Verdict.LINK_LOCAL);

    private static Bench bench;

    static Stream<Line> lines() {
        return Line.all().stream();
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

    /** What is to become of a frame with one bit turned over. */
    @FunctionalInterface
    private interface Check {
        void run(Bytes damaged, int at) throws Exception;
    }

    private static void damage(Bytes frame, int headers, Check check) throws Exception {
        for (int at = 0; at < frame.length(); at += at < headers ? 1 : PAYLOAD_STEP) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                check.run(Packets.with(frame, at, frame.at(at) ^ 1 << bit), at);
            }
        }
    }

    /** The upper four bits of a tag say how urgent the frame is, not whose. */
    private static boolean isPriority(Line line, Bytes frame, Bytes damaged, int at) {
        return at >= ETHERNET
                && at < ETHERNET + line.tags().size() * 4
                && (at - ETHERNET) % 4 == 0
                && ((frame.at(at) ^ damaged.at(at)) & 0x0f) == 0;
    }

    private static void assertForwarded(Bench.Result result, Bytes expected, Verdict verdict, int at) {
        assertThat(result).as("byte %d", at).isEqualTo(new Bench.Result(Bench.REDIRECT, expected, verdict));
    }

    private static void assertRefused(Bench.Result result, Set<Verdict> verdicts, int at) {
        assertThat(result.verdict()).as("byte %d", at).isIn(verdicts);
        assertThat(result.action()).isEqualTo(result.verdict() == Verdict.TIME_EXCEEDED ? Bench.REDIRECT : Bench.DROP);
    }

    /** Checks what a frame of a line with damage before its IP header came to. */
    private static void assertLinkDamaged(Bench.Result result, int at) {
        if (at < SOURCE_MAC_AT) {
            assertRefused(result, Set.of(Verdict.NOT_FOR_US), at);
        } else if (at < TYPE_AT) {
            assertRefused(result, BAD_STATION, at);
        } else if (result.verdict() == Verdict.PUNT_UNHEARD) { // discovery or control of PPP now
            assertThat(result.action()).isEqualTo(Bench.PASS);
        } else {
            assertThat(result.verdict()).as("byte %d", at).isNotEqualTo(Verdict.FORWARDED_UP);
            assertThat(result.action()).as("byte %d", at).isEqualTo(Bench.DROP);
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void ip4OfALineGoesOnWhenTheDamageIsInPriorityOrPayload(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Bytes packet = Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, PAYLOAD);
        Bytes frame = line.up(packet);
        int start = frame.length() - packet.length();
        damage(frame, start + HEADER4, (damaged, at) -> {
            Bench.Result result = bench.access(damaged);
            if (at >= start + HEADER4 || isPriority(line, frame, damaged, at)) {
                Bytes expected = Line.toCore(Packets.hop(damaged.slice(start)));
                assertForwarded(result, expected, Verdict.FORWARDED_UP, at);
            } else if (at >= start) {
                assertRefused(result, BAD_IP4, at);
            } else {
                assertLinkDamaged(result, at);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("lines")
    void ip4FromTheCoreGoesOnWhenTheDamageIsInItsPayload(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        Bytes frame = Line.fromCore(Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, PAYLOAD));
        int destinationAt = ETHERNET + 16;
        damage(frame, ETHERNET + HEADER4, (damaged, at) -> {
            Bench.Result result = bench.core(damaged);
            if (at >= ETHERNET + HEADER4 || at >= SOURCE_MAC_AT && at < TYPE_AT) {
                Bytes expected = line.down(Packets.hop(damaged.slice(ETHERNET)));
                assertForwarded(result, expected, Verdict.FORWARDED_DOWN, at);
            } else if (at < ETHERNET || at >= destinationAt) {
                assertThat(result).isEqualTo(new Bench.Result(Bench.PASS, damaged, Verdict.PASSED));
            } else {
                assertRefused(result, BAD_IP4, at);
            }
        });
    }

    /** What follows an IPv6 packet, if it goes on: IPv6 has no checksum of its header. */
    private static Optional<Bytes> next6(Bytes packet) {
        int length = (packet.at(4) & 0xff) << 8 | packet.at(5) & 0xff;
        int end = Packets6.HEADER + length;
        boolean good =
                (packet.at(0) & 0xf0) == 0x60 && length > 0 && end <= packet.length() && (packet.at(7) & 0xff) > 1;
        return good ? Optional.of(Packets6.hop(packet).slice(0, Math.max(end, LEAST_PAYLOAD))) : Optional.empty();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void ip6OfALineGoesOnWithTheDamageAndOnlyFromItsHolder(Line line) throws Exception {
        bench.subscribers().install(Packets6.entry(line));
        Bytes packet = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, PAYLOAD);
        Bytes frame = Packets6.up(line, packet);
        int start = frame.length() - packet.length();
        damage(frame, start + Packets6.HEADER, (damaged, at) -> {
            Bench.Result result = bench.access(damaged);
            Bytes inside = damaged.slice(start);
            Optional<Bytes> expected = next6(inside);
            int place = at - start;
            if (place < 0 && !isPriority(line, frame, damaged, at)) {
                assertLinkDamaged(result, at);
            } else if (place >= SOURCE6_AT && place < DESTINATION6_AT) {
                assertRefused(result, NOBODY6, at);
            } else if (expected.isEmpty()) {
                assertRefused(result, BAD_IP6, at);
            } else if (inside.at(DESTINATION6_AT) == 0) { // ::/8
                assertRefused(result, Set.of(Verdict.BAD_DESTINATION), at);
            } else {
                assertForwarded(result, toCore6(expected.get()), Verdict.FORWARDED_UP, at);
            }
        });
    }

    private static Bytes toCore6(Bytes packet) {
        return Packets6.frame(Packets.NEXT_HOP_MAC, Packets.CORE_MAC, Packets.UNTAGGED, packet);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void ip6FromTheCoreGoesOnWithTheDamageAndOnlyToItsHolder(Line line) throws Exception {
        bench.subscribers().install(Packets6.entry(line));
        Bytes frame = Packets6.down(Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, PAYLOAD));
        damage(frame, ETHERNET + Packets6.HEADER, (damaged, at) -> {
            Bench.Result result = bench.core(damaged);
            Bytes inside = damaged.slice(ETHERNET);
            Optional<Bytes> expected = next6(inside);
            int place = at - ETHERNET;
            boolean elsewhere = at < SOURCE_MAC_AT || at >= TYPE_AT && place < 0;
            if (elsewhere || place >= DESTINATION6_AT && place < Packets6.HEADER) {
                assertThat(result).isEqualTo(new Bench.Result(Bench.PASS, damaged, Verdict.PASSED));
            } else if (expected.isEmpty()) {
                assertRefused(result, BAD_IP6, at);
            } else if (inside.at(SOURCE6_AT) == 0) { // ::/8
                assertRefused(result, Set.of(Verdict.BAD_IP6_SOURCE), at);
            } else {
                Line dressed = line.withPriority(inside.at(0) >> 1 & 7);
                assertForwarded(result, dressedFor(dressed, expected.get(), inside), Verdict.FORWARDED_DOWN, at);
            }
        });
    }

    /** PPPoE says how long the packet is, and not how long it was or how it is padded. */
    private static Bytes dressedFor(Line line, Bytes packet, Bytes inside) {
        int end = Packets6.HEADER + ((inside.at(4) & 0xff) << 8 | inside.at(5) & 0xff);
        return Packets6.toLine(line, packet.slice(0, end)).plus(packet.slice(end));
    }
}
