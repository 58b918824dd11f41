package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.dataplane.api.DataPlaneProbe.Contradiction;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.session.api.SessionInfo;

final class DataplaneCommandsTest {

    private static final String FIRST = "abc0000000000001";
    private static final SessionInfo ONE = FakeSessions.bound(1);
    private static final SessionInfo TWO = FakeSessions.bound(2);

    @TempDir
    private Path directory;

    private final FakeSessions engine = new FakeSessions();
    private final FakeProbe probe = new FakeProbe();
    private final FakeStore store = new FakeStore();
    private final FakeShell shell = new FakeShell(
            SessionWords.Ids.class,
            DataplaneEntry.class,
            DataplaneTrace.class,
            DataplanePcap.class,
            DataplaneCheck.class,
            DataplaneRemove.class);

    @BeforeEach
    void twoSubscribers() {
        shell.registry.register(new Captures(directory.resolve("captures")));
        shell.appliance.bindSessions(engine);
        shell.appliance.bindProbe(probe);
        shell.appliance.bindStore(store);
        for (SessionInfo one : List.of(ONE, TWO)) {
            engine.sessions.add(one);
            probe.entries.add(FakeProbe.entry(one));
            store.add(one);
        }
    }

    private TracedFrame frame(TracedFrame.Way way, String verdict) {
        Bytes packet = new UdpDatagram(4000, 53, Bytes.utf8("question"))
                .toPacket(Ip4.parse("10.64.0.1"), Ip4.parse("198.51.100.7"));
        Bytes frame = new EthernetFrame(
                        MacAddress.BROADCAST,
                        ONE.key().mac(),
                        FakeProbe.entry(ONE).entry().tags(),
                        EthernetFrame.IP4,
                        packet)
                .encode();
        boolean dropped = verdict.startsWith("drop");
        return new TracedFrame(probe.now, way, List.of(verdict), dropped, frame.length(), frame);
    }

    @Test
    void entryIsFoundByEveryNameOfItsSession() throws Exception {
        for (String who : List.of(
                FIRST,
                "10.64.0.1",
                "02:00:00:00:00:01",
                "02-00-00-00-00-01",
                "0:100.1",
                "bng-01/cstm-relay-02/1/0/1")) {
            assertThat(shell.run("dataplane:entry " + who))
                    .as(who)
                    .contains(FIRST, "10.64.0.1", "open", "20 Mbit/s", "Index", "17");
        }
    }

    @Test
    void entryThatTheEngineDoesNotKnowIsShownToo() throws Exception {
        engine.sessions.clear();
        for (String who : List.of(FIRST, "10.64.0.1", "02:00:00:00:00:01", "0:100.1")) {
            assertThat(shell.run("dataplane:entry " + who)).as(who).contains(FIRST);
        }
        shell.appliance.unbindSessions(engine);
        assertThat(shell.run("dataplane:entry --json 10.64.0.1"))
                .startsWith("{\"data\":[{\"session\":\"" + FIRST + "\",\"state\":\"open\",\"line\":\"0:100.1\"")
                .endsWith("}],\"count\":1}\n");
    }

    @Test
    void missingEntryIsSaidWithASentence() {
        probe.entries.clear();
        assertThatThrownBy(() -> shell.run("dataplane:entry 10.64.0.1"))
                .isInstanceOf(CommandException.class)
                .hasMessage("The data plane has no entry of 10.64.0.1.");
    }

    @Test
    void dataPlaneWithEntriesIsRemovedByForceOnly() throws Exception {
        assertThatThrownBy(() -> shell.run("dataplane:remove --yes"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("There are 2 entries");
        assertThat(probe.dismantled).isFalse();
        assertThatThrownBy(() -> shell.run("dataplane:remove --force")).hasMessageContaining("--yes");
        assertThat(shell.run("dataplane:remove --yes --force")).contains("2 entries are forgotten");
        assertThat(probe.dismantled).isTrue();
    }

    @Test
    void emptyDataPlaneIsRemovedWhenThatIsMeant() throws Exception {
        probe.entries.clear();
        assertThatThrownBy(() -> shell.run("dataplane:remove")).hasMessageContaining("--yes");
        assertThat(probe.dismantled).isFalse();
        assertThat(shell.run("dataplane:remove --yes")).contains("out of the kernel");
    }

    @Test
    void traceShowsDirectionVerdictAndHeads() throws Exception {
        probe.frames.add(frame(TracedFrame.Way.FROM_LINE, "forwarded to the core"));
        probe.frames.add(frame(TracedFrame.Way.FROM_LINE, "drop: upload over its rate"));
        probe.frames.add(frame(TracedFrame.Way.TO_LINE, "forwarded to a subscriber"));
        probe.loss = new Trace.Loss(7, 0);
        assertThat(shell.run("dataplane:trace --packets 3 10.64.0.1").lines().toList())
                .satisfies(lines -> {
                    assertThat(lines.get(0))
                            .contains(" up ", "vlan 100 vlan 1 10.64.0.1 > 198.51.100.7 UDP 4000 > 53")
                            .endsWith("[forwarded to the core]");
                    assertThat(lines.get(1)).endsWith("[drop: upload over its rate]");
                    assertThat(lines.get(2)).contains(" down ");
                    assertThat(lines.get(3)).isEqualTo("3 frames, 7 more over the rate of the trace");
                });
        assertThat(probe.open).isZero();
        TraceRequest request = probe.requests.getFirst();
        assertThat(request.mac()).isEqualTo(ONE.key().mac());
        assertThat(request.addresses()).containsExactly(Ip4.parse("10.64.0.1"));
        assertThat(request.line().cvlan()).isEqualTo(1);
        assertThat(request.wholeLine()).isTrue();
        assertThat(request.limit()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void traceOfASharedVlanIsOfTheDeviceAlone() throws Exception {
        ProbedEntry one = FakeProbe.entry(ONE);
        SubscriberEntry entry = one.entry();
        SubscriberEntry neighbour = new SubscriberEntry(
                99, 0, entry.tags(), TWO.key().mac(), Ip4.parse("10.64.0.99"), entry.upload(), entry.download());
        probe.entries.add(new ProbedEntry(neighbour, true, one.traffic(), List.of()));
        shell.run("dataplane:trace --packets 1 --seconds 1 10.64.0.1");
        assertThat(probe.requests.getFirst().wholeLine()).isFalse();
        shell.run("dataplane:trace --packets 1 --seconds 1 --device 10.64.0.2");
        assertThat(probe.requests.getLast().wholeLine()).isFalse();
    }

    @Test
    void traceEndsWithItsTime() throws Exception {
        assertThat(shell.run("dataplane:trace --seconds 1 10.64.0.1")).isEqualTo("0 frames\n");
    }

    @Test
    void deviceWithoutASessionIsTracedByItsMac() throws Exception {
        shell.run("dataplane:trace --seconds 1 02:00:00:00:99:99");
        assertThat(probe.requests.getFirst().mac()).isEqualTo(MacAddress.parse("02:00:00:00:99:99"));
        assertThat(probe.requests.getFirst().wholeLine()).isFalse();
        assertThatThrownBy(() -> shell.run("dataplane:trace 10.64.9.9")).hasMessage("There is no session 10.64.9.9.");
    }

    @Test
    void boundsAreRefusedWithASentence() {
        assertThatThrownBy(() -> shell.run("dataplane:trace --seconds 0 10.64.0.1"))
                .hasMessageContaining("1..3600");
        assertThatThrownBy(() -> shell.run("dataplane:trace --packets 0 10.64.0.1"))
                .hasMessageContaining("1 to 100000");
        assertThatThrownBy(() -> shell.run("dataplane:pcap --bytes 1 10.64.0.1 x"))
                .hasMessageContaining("1000 to");
        probe.full = true;
        assertThatThrownBy(() -> shell.run("dataplane:trace 10.64.0.1")).hasMessageContaining("no place");
    }

    @Test
    void captureIsAFileOfItsOwnerInTheDirectoryOfTheAppliance() throws Exception {
        for (int i = 0; i < 3; i++) {
            probe.frames.add(frame(TracedFrame.Way.FROM_LINE, "forwarded to the core"));
        }
        String said = shell.run("dataplane:pcap --seconds 1 10.64.0.1 smith.pcapng");
        Path file = directory.resolve("captures/smith.pcapng");
        assertThat(said).startsWith("3 frames in " + file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> shell.run("dataplane:pcap 10.64.0.1 smith.pcapng"))
                .hasMessageContaining("FileAlreadyExists");
        for (String name : List.of("../escape", "/tmp/escape", ".hidden", "a/b")) {
            assertThatThrownBy(() -> shell.run("dataplane:pcap 10.64.0.1 " + name))
                    .as(name)
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("expected a name");
        }
    }

    @Test
    void captureEndsWhenItsFileIsLargeEnough() throws Exception {
        for (int i = 0; i < 100; i++) {
            probe.frames.add(frame(TracedFrame.Way.FROM_LINE, "forwarded to the core"));
        }
        shell.run("dataplane:pcap --seconds 3600 --bytes 2000 10.64.0.1 small.pcapng");
        assertThat(Files.size(directory.resolve("captures/small.pcapng"))).isBetween(2000L, 2200L);
    }

    @Test
    void nothingIsFoundWhenAllBooksAgree() throws Exception {
        assertThat(shell.run("dataplane:check")).isEqualTo("0 findings\n");
    }

    @Test
    void everythingThatIsInOneBookAloneIsFound() {
        probe.entries.add(FakeProbe.entry(FakeSessions.bound(3)));
        engine.sessions.add(FakeSessions.bound(4));
        store.add(FakeSessions.bound(4));
        store.add(FakeSessions.bound(5));
        engine.sessions.add(FakeSessions.bound(6));
        probe.entries.add(FakeProbe.entry(FakeSessions.bound(6)));
        probe.contradictions.add(new Contradiction(0, "2001:db8::/56", "leads to a free entry"));
        assertFindings(
                "10.64.0.3 on 0:100.3",
                "entry in the data plane without a session",
                "abc0000000000004",
                "open session without an entry in the data plane",
                "abc0000000000005",
                "in the store, and no session of the engine",
                "abc0000000000006",
                "open session that is not in the store",
                "2001:db8::/56",
                "leads to a free entry",
                "5 findings");
    }

    @Test
    void everyFieldThatDiffersIsFound() {
        SessionInfo other = FakeSessions.bound(9);
        ProbedEntry wrong = FakeProbe.entry(other);
        probe.entries.clear();
        probe.entries.add(FakeProbe.entry(ONE));
        var entry = wrong.entry();
        probe.entries.add(new ProbedEntry(
                new SubscriberEntry(
                        TWO.id().value(),
                        entry.port(),
                        entry.tags(),
                        entry.mac(),
                        0,
                        0,
                        entry.address(),
                        List.of(Ip6Prefix.parse("2001:db8::/56")),
                        List.of(),
                        Policer.UNLIMITED,
                        new Policer(1_000_000, 20_000),
                        Treatment.PLAIN),
                false,
                wrong.traffic(),
                List.of()));
        assertFindings(
                "stopped in the data plane, open in the engine",
                "0:100.9 in the data plane, 0:100.2 in the engine",
                "10.64.0.9 in the data plane, 10.64.0.2 in the engine",
                "2001:db8::/56 in the data plane, none in the engine",
                "upload limit",
                "download limit",
                "6 findings");
    }

    private void assertFindings(String... expected) {
        assertThatThrownBy(() -> shell.run("dataplane:check --wide"))
                .isInstanceOf(CommandException.class)
                .hasMessage("There are findings.");
        assertThat(shell.said()).contains(expected);
    }
}
