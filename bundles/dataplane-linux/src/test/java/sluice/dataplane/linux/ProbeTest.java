package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.DataPlaneProbe.Contradiction;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.dataplane.api.TracedFrame.Way;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/** What the operator is shown is what is in the kernel and on the wire. */
@Timeout(60)
final class ProbeTest {

    private static final List<VlanTag> TAGS = List.of(new VlanTag(VlanTag.S_TAG, 100), new VlanTag(VlanTag.C_TAG, 7));
    private static final LineId LINE = LineId.of(0, TAGS, Bytes.EMPTY, Bytes.EMPTY);
    private static final Ip6Prefix PREFIX = Ip6Prefix.parse("2001:db8:56:1200::/56");
    private static final Ip6 HOST6 = Ip6.parse("2001:db8:56:12ff::9");
    private static final Ip6 SERVER6 = Ip6.parse("2001:db8:ffff::7");
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:01:02");
    private static final Policer RATE = new Policer(8_000_000, 30_000);
    private static final Duration LOOK = Duration.ofSeconds(5);

    private Ends ends;
    private LinuxDataPlane dataPlane;
    private KernelProbe probe;

    @BeforeEach
    void build() throws Exception {
        ends = new Ends();
        start(Shaping.POLICER);
        ends.closeLater(() -> dataPlane.close());
    }

    private void start(Shaping shaping) throws Exception {
        dataPlane = ends.start(shaping, 64);
        probe = new KernelProbe(dataPlane);
    }

    @AfterEach
    void tearDown() {
        if (ends != null) {
            ends.close();
        }
    }

    private static SubscriberEntry alice(Treatment treatment) {
        return new SubscriberEntry(
                1, 0, TAGS, Ends.ALICES_MAC, 0, Ends.ALICE, List.of(PREFIX), RATE, Policer.UNLIMITED, treatment);
    }

    private Trace trace(int framesPerSecond, int seconds) throws Exception {
        TraceRequest request = new TraceRequest(
                LINE,
                Ends.ALICES_MAC,
                true,
                List.of(Ends.ALICE),
                List.of(PREFIX),
                128,
                framesPerSecond,
                Duration.ofSeconds(seconds));
        return ends.gateway.call(() -> probe.trace(request));
    }

    private void sendUp(MacAddress mac, Bytes packet) {
        int type = packet.at(0) >>> 4 == 4 ? EthernetFrame.IP4 : EthernetFrame.IP6;
        ends.access.send(ends.up(mac, TAGS, type, packet));
    }

    private void sendDown(Bytes packet) {
        ends.core.send(ends.down(packet.at(0) >>> 4 == 4 ? EthernetFrame.IP4 : EthernetFrame.IP6, packet));
    }

    /** The frames shown until there are so many. */
    private static List<TracedFrame> shown(Trace trace, int count) throws InterruptedException {
        List<TracedFrame> shown = new ArrayList<>();
        List<TracedFrame> next = List.of();
        do {
            next = trace.next(LOOK);
            shown.addAll(next);
        } while (shown.size() < count && !next.isEmpty());
        return shown;
    }

    private static TracedFrame only(List<TracedFrame> shown, Predicate<TracedFrame> wanted) {
        List<TracedFrame> fitting = shown.stream().filter(wanted).toList();
        assertThat(fitting).as("of %s", shown).hasSize(1);
        return fitting.getFirst();
    }

    private static void assertVerdict(TracedFrame frame, Outcome outcome) {
        assertThat(frame.verdicts()).containsExactly(outcome.label());
        assertThat(frame.dropped()).isEqualTo(outcome.isDrop());
    }

    @Test
    void entryIsShownAsTheKernelHasIt() throws Exception {
        SubscriberEntry entry = alice(Treatment.PLAIN.withAccess(Treatment.Access.BLOCKED, 0));
        dataPlane.install(entry);
        ProbedEntry shown = probe.find(any -> true).getFirst();
        assertThat(shown.entry()).isEqualTo(entry);
        assertThat(shown.open()).isTrue();
        assertThat(shown.details().toString())
                .contains(
                        "number, value=1",
                        "upload_rates 8000000 bit/s",
                        "reach_up blocked",
                        "10.64.0.10/32 by interface")
                .contains("2001:db8:56:1200::/56 by interface");
        ends.gateway.exec("nft", "delete", "element", "inet", "sluice", "online", "{ 1 }");
        assertThat(probe.find(any -> true).getFirst().open()).isFalse();
        ends.gateway.exec("nft", "delete", "element", "inet", "sluice", "entries", "{ 1 }");
        assertThat(probe.find(any -> true)).isEmpty();
    }

    @Test
    void tablesThatNobodyTouchedFitTogether() throws Exception {
        for (Shaping shaping : Shaping.values()) {
            dataPlane.close();
            start(shaping);
            dataPlane.install(alice(Treatment.PLAIN.withIdentity(Treatment.Identity.LOG_ONLY)));
            dataPlane.install(
                    new SubscriberEntry(2, 0, List.of(), OTHER_MAC, Ends.ALICE.plus(1), Policer.UNLIMITED, RATE));
            dataPlane.stop(2, Ends.ALICE.plus(1));
            dataPlane.install(new SubscriberEntry(3, 0, List.of(), OTHER_MAC, Ends.ALICE.plus(2), RATE, RATE));
            assertThat(probe.contradictions()).as(shaping.toString()).isEmpty();
            dataPlane.remove(3, Ends.ALICE.plus(2));
            assertThat(probe.contradictions()).as(shaping.toString()).isEmpty();
        }
    }

    @Test
    void whatIsChangedBehindTheGatewaysBackIsFound() throws Exception {
        dataPlane.install(alice(Treatment.PLAIN));
        nft("delete element inet sluice upload_rates { 1 }");
        nft("add element inet sluice upload_rates { 1 limit rate over 1000000 bytes/second burst 30000 bytes }");
        assertThat(probe.contradictions()).isEmpty(); // as fast
        nft("delete element inet sluice upload_rates { 1 }");
        nft("add element inet sluice upload_rates { 1 limit rate over 5000000 bytes/second burst 30000 bytes }");
        nft("delete element inet sluice online { 1 }");
        nft("add element inet sluice to4_32 { 10.64.0.77 : 9 }");
        ends.gateway.ip("route", "delete", "10.64.0.10", "table", "6400");
        ends.gateway.ip("route", "add", "10.64.0.78", "dev", "trunk0", "table", "6400");
        assertThat(probe.contradictions())
                .extracting(Contradiction::session, Contradiction::subject)
                .containsExactlyInAnyOrder(
                        tuple(1L, "upload_rates"),
                        tuple(1L, "online"),
                        tuple(0L, "to4_32 0a40004d"),
                        tuple(1L, "10.64.0.10/32"),
                        tuple(0L, "10.64.0.78/32"));
    }

    private void nft(String command) {
        ends.gateway.exec("nft", command);
    }

    @Test
    void framesAreShownBothWaysWithWhatBecameOfThem() throws Exception {
        dataPlane.install(alice(Treatment.PLAIN));
        try (Trace trace = trace(1000, 30)) {
            Bytes up = Ends.udp(Ends.ALICE, Ends.SERVER, 9000, 200);
            Bytes forged = Ends.udp(Ip4.parse("192.0.2.1"), Ends.SERVER, 9000, 201);
            Bytes stolen = Ends.udp(Ends.ALICE, Ends.SERVER, 9000, 202);
            Bytes down = Ends.udp(Ends.SERVER, Ends.ALICE, 9000, 203);
            Bytes up6 = TestPackets.udp6(HOST6, SERVER6, 9000, 204);
            Bytes down6 = TestPackets.udp6(SERVER6, HOST6, 9000, 205);
            Bytes others = Ends.udp(Ends.SERVER, Ends.ALICE.plus(5), 9000, 206);
            sendUp(Ends.ALICES_MAC, up);
            sendUp(Ends.ALICES_MAC, forged);
            sendUp(OTHER_MAC, stolen);
            sendUp(Ends.ALICES_MAC, up6);
            sendDown(down);
            sendDown(down6);
            sendDown(others);
            Bytes offer = new EthernetFrame(Ends.ALICES_MAC, MacAddress.ZERO, TAGS, EthernetFrame.IP4, down).encode();
            dataPlane.send(new Frame(0, offer));
            List<TracedFrame> shown = shown(trace, 7);
            assertVerdict(only(shown, frame -> isOf(frame, up, Way.FROM_LINE)), Outcome.FORWARDED_UP);
            assertVerdict(only(shown, frame -> isOf(frame, forged, Way.FROM_LINE)), Outcome.NOT_LEFT);
            assertVerdict(only(shown, frame -> isOf(frame, stolen, Way.FROM_LINE)), Outcome.NOT_LEFT);
            assertVerdict(only(shown, frame -> isOf(frame, up6, Way.FROM_LINE)), Outcome.FORWARDED_UP);
            assertVerdict(
                    only(shown, frame -> isOf(frame, TestPackets.hop4(down), Way.TO_LINE)), Outcome.FORWARDED_DOWN);
            assertVerdict(
                    only(shown, frame -> isOf(frame, TestPackets.hop6(down6), Way.TO_LINE)), Outcome.FORWARDED_DOWN);
            assertVerdict(only(shown, frame -> isOf(frame, down, Way.TO_LINE)), Outcome.BY_CONTROL_PLANE);
            assertThat(shown).hasSize(7);
            assertThat(trace.lost()).isEqualTo(new Trace.Loss(0, 0));
        }
    }

    /** Its tags too, where the frame is on the line. */
    private static boolean isOf(TracedFrame frame, Bytes packet, Way way) {
        Bytes start = packet.slice(0, 128 - 22);
        boolean tagged = frame.bytes().slice(12, 2).equals(Bytes.fromHex("88a8"))
                && frame.bytes().slice(16, 2).equals(Bytes.fromHex("8100"));
        return frame.way() == way
                && tagged
                && frame.length() == packet.length() + 22
                && frame.bytes().slice(22).equals(start);
    }

    @Test
    void packetsFromTheCoreForABlockedSubscriberAreShownAsDropped() throws Exception {
        dataPlane.install(alice(Treatment.PLAIN.withAccess(Treatment.Access.BLOCKED, 0)));
        try (Trace trace = trace(1000, 30)) {
            sendDown(Ends.udp(Ends.SERVER, Ends.ALICE, 9000, 200));
            TracedFrame frame = shown(trace, 1).getFirst();
            assertThat(frame.way()).isEqualTo(Way.FROM_CORE);
            assertVerdict(frame, Outcome.NOT_LEFT);
        }
    }

    @Test
    void traceIsBoundInRateNumberAndTime() throws Exception {
        dataPlane.install(alice(Treatment.PLAIN));
        List<Trace> traces = new ArrayList<>();
        for (int i = 0; i < Traces.TRACES; i++) {
            traces.add(trace(10, i == 0 ? 3 : 30));
            ends.closeLater(traces.getLast());
        }
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> trace(10, 1))
                .matches(failure -> failure.reason() == Reason.CAPACITY_REACHED);
        for (int i = 0; i < 50; i++) {
            sendUp(Ends.ALICES_MAC, Ends.udp(Ends.ALICE, Ends.SERVER, 9000 + i, 200));
        }
        List<TracedFrame> shown = new ArrayList<>();
        while (!traces.getFirst().isOver()) {
            shown.addAll(traces.getFirst().next(Duration.ofMillis(100)));
        }
        assertThat(shown).hasSizeBetween(1, 20);
        assertThat(shown.size() + traces.getFirst().lost().overRate()).isEqualTo(50);
        trace(10, 1).close(); // in place of the one that is over
    }

    @Test
    void removalIsRefusedByName() {
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> probe.dismantle())
                .matches(failure -> failure.reason() == Reason.UNSUPPORTED);
    }
}
