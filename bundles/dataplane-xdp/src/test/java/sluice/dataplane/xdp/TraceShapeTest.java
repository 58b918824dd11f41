package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;

/**
 * A trace knows a subscriber's frames by the address in them, behind whatever tags and PPPoE there are, in IPv4 and
 * IPv6. The MAC address that is asked for is nobody's, so nothing else can have shown them.
 */
final class TraceShapeTest {

    private static final MacAddress NOBODY = MacAddress.parse("02:00:00:00:77:77");
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static Bench bench;
    private static Traces traces;

    static Stream<Line> lines() {
        return Line.all().stream();
    }

    @BeforeAll
    static void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        traces = Traces.of(
                bench.loaded(),
                bench.subscribers()::settings,
                InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")));
    }

    @AfterEach
    void forget() throws Exception {
        bench.subscribers().remove(Line.SESSION, Packets.SUBSCRIBER);
    }

    @AfterAll
    static void unload() {
        if (bench != null) {
            traces.close();
            bench.close();
        }
    }

    private static Trace trace(Line line, List<Ip4> addresses) throws Exception {
        return traces.trace(new TraceRequest(
                LineId.of(0, line.tags(), Bytes.EMPTY, Bytes.EMPTY),
                NOBODY,
                false,
                addresses,
                addresses.isEmpty() ? Packets6.PREFIXES : List.of(),
                2048,
                10_000,
                Duration.ofMinutes(1)));
    }

    private static void check(Trace trace, Bytes sent, Bytes sentFromCore) throws Exception {
        Bench.Result up = bench.access(sent);
        assertThat(up.verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertShown(trace, TracedFrame.Way.FROM_LINE, sent, up.verdict());
        Bench.Result down = bench.core(sentFromCore);
        assertThat(down.verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        assertShown(trace, TracedFrame.Way.TO_LINE, down.frame(), down.verdict());
    }

    private static void assertShown(Trace trace, TracedFrame.Way way, Bytes frame, Verdict verdict) throws Exception {
        List<TracedFrame> shown = trace.next(PATIENCE);
        assertThat(shown).hasSize(1);
        assertThat(shown.getFirst().way()).isEqualTo(way);
        assertThat(shown.getFirst().bytes()).isEqualTo(frame);
        assertThat(shown.getFirst().verdicts()).containsExactly(verdict.label());
    }

    @ParameterizedTest
    @MethodSource("lines")
    void ip4OfEveryLineIsShownAsItIsOnTheLine(Line line) throws Exception {
        bench.subscribers().install(line.entry());
        try (Trace trace = trace(line, List.of(Packets.SUBSCRIBER))) {
            check(
                    trace,
                    line.up(Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 100)),
                    Line.fromCore(Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, 100)));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void ip6OfEveryLineIsShownAsItIsOnTheLine(Line line) throws Exception {
        bench.subscribers().install(Packets6.entry(line));
        try (Trace trace = trace(line, List.of())) {
            check(
                    trace,
                    Packets6.up(line, Packets6.udp(Packets6.DELEGATED, Packets6.SERVER, 9000, 100)),
                    Packets6.down(Packets6.udp(Packets6.SERVER, Packets6.HOST, 9000, 100)));
        }
    }
}
