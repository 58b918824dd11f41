package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;

/** The operator sees every frame of one subscriber, as it was and with what became of it. */
final class TraceTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final LineId LINE = LineId.of(0, Packets.DOUBLE, Bytes.EMPTY, Bytes.EMPTY);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration NOTHING = Duration.ofMillis(50);

    private Bench bench;
    private Traces traces;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        traces = Traces.of(bench.loaded(), bench.subscribers()::settings, InstantSource.fixed(NOW));
        install(Policer.UNLIMITED);
    }

    @AfterEach
    void unload() {
        if (traces != null) {
            traces.close();
        }
        if (bench != null) {
            bench.close();
        }
    }

    private void install(Policer upload) throws Exception {
        bench.subscribers()
                .install(new SubscriberEntry(
                        42, 0, Packets.DOUBLE, Packets.SUBSCRIBER_MAC, Packets.SUBSCRIBER, upload, Policer.UNLIMITED));
    }

    private Trace trace() throws DataPlaneException {
        return traces.trace(request(2048, 10_000, false));
    }

    private static TraceRequest request(int snap, int framesPerSecond, boolean wholeLine) {
        return new TraceRequest(
                LINE,
                Packets.SUBSCRIBER_MAC,
                wholeLine,
                List.of(Packets.SUBSCRIBER),
                List.of(),
                snap,
                framesPerSecond,
                Duration.ofMinutes(1));
    }

    private static TracedFrame only(Trace trace) throws InterruptedException {
        List<TracedFrame> frames = trace.next(PATIENCE);
        assertThat(frames).hasSize(1);
        return frames.getFirst();
    }

    @Test
    void forwardedUploadIsShownAsItCame() throws Exception {
        try (Trace trace = trace()) {
            Bytes frame = Packets.up(Packets.DOUBLE, 100);
            bench.access(frame);
            TracedFrame shown = only(trace);
            assertThat(shown.bytes()).isEqualTo(frame);
            assertThat(shown.length()).isEqualTo(frame.length());
            assertThat(shown.way()).isEqualTo(TracedFrame.Way.FROM_LINE);
            assertThat(shown.verdicts()).containsExactly(Verdict.FORWARDED_UP.label());
            assertThat(shown.dropped()).isFalse();
            assertThat(shown.time()).isBetween(NOW, NOW.plusSeconds(60));
        }
    }

    @Test
    void forwardedDownloadIsShownAsItLeavesWithItsTags() throws Exception {
        try (Trace trace = trace()) {
            Bench.Result result = bench.core(Packets.down(100));
            TracedFrame shown = only(trace);
            assertThat(shown.bytes()).isEqualTo(result.frame());
            assertThat(shown.way()).isEqualTo(TracedFrame.Way.TO_LINE);
            assertThat(shown.verdicts()).containsExactly(Verdict.FORWARDED_DOWN.label());
        }
    }

    @Test
    void downloadThatIsSentBackAsAnErrorIsShownAsItCame() throws Exception {
        try (Trace trace = trace()) {
            Bytes dying = Packets.with(Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, 100), 8, 2);
            Bytes frame = Packets.ip(Packets.CORE_MAC, Packets.NEXT_HOP_MAC, Packets.UNTAGGED, Packets.hop(dying));
            Verdict verdict = bench.core(frame).verdict();
            assertThat(verdict).isIn(Verdict.TTL_EXPIRED, Verdict.TIME_EXCEEDED);
            TracedFrame shown = only(trace);
            assertThat(shown.way()).isEqualTo(TracedFrame.Way.FROM_CORE);
            assertThat(shown.bytes()).isEqualTo(frame);
            assertThat(shown.verdicts()).containsExactly(verdict.label());
        }
    }

    @Test
    void frameOverTheRateIsShownWithItsReason() throws Exception {
        install(new Policer(8_000, 1_000));
        try (Trace trace = trace()) {
            List<Boolean> dropped = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                bench.access(Packets.up(Packets.DOUBLE, 500));
                TracedFrame shown = only(trace);
                dropped.add(shown.dropped());
                assertThat(shown.verdicts())
                        .containsExactly((shown.dropped() ? Verdict.POLICED_UP : Verdict.FORWARDED_UP).label());
            }
            assertThat(dropped).contains(true, false);
        }
    }

    @Test
    void addressClaimedFromAnotherLineIsShown() throws Exception {
        try (Trace trace = trace()) {
            List<VlanTag> neighbour = List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(8)));
            Bytes packet = Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, 10);
            MacAddress thief = MacAddress.parse("02:00:00:00:09:09");
            bench.access(Packets.ip(Packets.GATEWAY_MAC, thief, neighbour, packet));
            TracedFrame shown = only(trace);
            assertThat(shown.verdicts()).containsExactly(Verdict.SPOOFED_LINE.label());
            assertThat(shown.dropped()).isTrue();
        }
    }

    @Test
    void unknownSourceOfTheDeviceIsShown() throws Exception {
        try (Trace trace = trace()) {
            Bytes packet = Packets.udp(Ip4.parse("192.0.2.1"), Packets.SERVER, 9000, 10);
            bench.access(Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, packet));
            assertThat(only(trace).verdicts()).containsExactly(Verdict.UNKNOWN_SOURCE.label());
        }
    }

    @Test
    void otherDevicesOfTheLineAreShownOnlyWhenTheWholeLineIsWanted() throws Exception {
        Bytes packet = Packets.udp(Ip4.parse("192.0.2.1"), Packets.SERVER, 9000, 10);
        MacAddress other = MacAddress.parse("02:00:00:00:09:09");
        Bytes frame = Packets.ip(Packets.GATEWAY_MAC, other, Packets.DOUBLE, packet);
        try (Trace trace = trace();
                Trace line = traces.trace(request(2048, 10_000, true))) {
            bench.access(frame);
            assertThat(only(line).verdicts()).containsExactly(Verdict.UNKNOWN_SOURCE.label());
            assertThat(trace.next(NOTHING)).isEmpty();
        }
    }

    @Test
    void framesOfOthersAreNotShown() throws Exception {
        try (Trace trace = traces.trace(request(2048, 10_000, true))) {
            List<VlanTag> neighbour = List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(8)));
            Bytes packet = Packets.udp(Ip4.parse("10.64.0.11"), Packets.SERVER, 9000, 10);
            MacAddress other = MacAddress.parse("02:00:00:00:09:09");
            bench.access(Packets.ip(Packets.GATEWAY_MAC, other, neighbour, packet));
            bench.core(Packets.ip(
                    Packets.CORE_MAC,
                    Packets.NEXT_HOP_MAC,
                    Packets.UNTAGGED,
                    Packets.udp(Packets.SERVER, Ip4.parse("10.64.0.11"), 9000, 10)));
            assertThat(trace.next(NOTHING)).isEmpty();
        }
    }

    @Test
    void answerIsShownBehindItsQuestion() throws Exception {
        try (Trace trace = trace()) {
            Bytes question = Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Packets.SUBSCRIBER, Packets.GATEWAY);
            Bench.Result result = bench.access(question);
            List<TracedFrame> shown = new ArrayList<>();
            while (shown.size() < 2) {
                List<TracedFrame> next = trace.next(PATIENCE);
                assertThat(next).isNotEmpty();
                shown.addAll(next);
            }
            assertThat(shown).extracting(TracedFrame::bytes).containsExactly(question, result.frame());
            assertThat(shown)
                    .extracting(TracedFrame::way)
                    .containsExactly(TracedFrame.Way.FROM_LINE, TracedFrame.Way.TO_LINE);
        }
    }

    @Test
    void frameOfTheControlPlaneIsShown() throws Exception {
        try (Trace trace = trace()) {
            Bytes packet = Packets.udp(Packets.GATEWAY, Packets.SUBSCRIBER, 68, 300);
            Bytes frame = Packets.ip(Packets.SUBSCRIBER_MAC, Packets.GATEWAY_MAC, Packets.DOUBLE, packet);
            traces.sent(new Frame(0, frame));
            assertThat(only(trace).bytes()).isEqualTo(frame);
        }
    }

    @Test
    void longFrameIsCutAndItsLengthTold() throws Exception {
        try (Trace trace = traces.trace(request(64, 10_000, false))) {
            Bytes frame = Packets.up(Packets.DOUBLE, 1200);
            bench.access(frame);
            TracedFrame shown = only(trace);
            assertThat(shown.bytes()).isEqualTo(frame.slice(0, 64));
            assertThat(shown.length()).isEqualTo(frame.length());
        }
    }

    @Test
    void framesOverTheRateOfTheTraceAreCounted() throws Exception {
        try (Trace trace = traces.trace(request(64, 1, false))) {
            for (int i = 0; i < 10; i++) {
                bench.access(Packets.up(Packets.DOUBLE, 10));
            }
            assertThat(trace.next(PATIENCE)).isNotEmpty();
            assertThat(trace.lost().overRate()).isBetween(7L, 9L);
        }
    }

    @Test
    void framesThatTheRingCannotHoldAreCounted() throws Exception {
        try (MappedMemory memory = MappedMemory.of(bench.loaded().map("tracing"))) {
            TraceTable table = new TraceTable(memory.memory());
            table.put(0, request(2048, 100_000, false), 1, Long.MAX_VALUE);
            table.activate(1);
            for (int i = 0; i < 2000; i++) {
                bench.access(Packets.up(Packets.DOUBLE, 1400));
            }
            assertThat(table.lost(0).overrun()).isBetween(100L, 1999L);
            table.end(0);
            table.activate(0);
        }
    }

    @Test
    void endedTraceShowsNothingAndItsPlaceIsFree() throws Exception {
        for (int i = 0; i < 3 * TraceTable.TRACES; i++) {
            try (Trace trace = trace()) {
                bench.access(Packets.up(Packets.DOUBLE, i));
                assertThat(only(trace).bytes()).isEqualTo(Packets.up(Packets.DOUBLE, i));
            }
            bench.access(Packets.up(Packets.DOUBLE, 100 + i));
        }
    }

    @Test
    void moreTracesThanPlacesAreRefused() throws Exception {
        for (int i = 0; i < TraceTable.TRACES; i++) {
            trace();
        }
        assertThatThrownBy(this::trace).isInstanceOf(DataPlaneException.class).hasMessageContaining("4 traces");
    }
}
