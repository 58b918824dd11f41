package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import sluice.platform.api.Table;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionKey;

final class PppoeCommandsTest {

    private static final List<String> COLUMNS = List.of("Session", "MAC", "PPPoE", "Begun", "After", "Way", "Packet");

    private final FakeShell shell = new FakeShell(PppoeTrace.class);

    @Test
    void sessionsAreShownByLineAndStage() {
        FakeSessions engine = new FakeSessions();
        engine.sessions.add(pppoe(FakeSessions.session(2, "open", "bob@home"), 17));
        engine.sessions.add(pppoe(FakeSessions.session(1, "lcp", "-"), 4711));
        engine.sessions.add(FakeSessions.bound(3));
        PppoeSessionTable table =
                new PppoeSessionTable(InstantSource.fixed(FakeSessions.OPENED.plus(Duration.ofMinutes(5))));
        table.bindSessions(engine);

        assertThat(table.table().rows()).extracting(row -> row.get(2)).containsExactly("4711", "17");
        assertThat(table.table().rows().getLast())
                .containsSubsequence("02:00:00:00:00:02", "17", "bob@home", "open", "10.64.0.2", "11/12", "1");

        table.unbindSessions(engine);
        assertThatThrownBy(table::table).hasMessage("The session engine is not running.");
    }

    @Test
    void oneSessionIsShownWithTheQualityOfItsLine() throws Exception {
        FakeShell show = new FakeShell(SessionShow.class);
        FakeSessions engine = new FakeSessions();
        engine.sessions.add(pppoe(FakeSessions.session(2, "open", "bob@home"), 17));
        show.appliance.bindSessions(engine);
        assertThat(show.run("session:show bob@home"))
                .containsPattern("Echo answered +\\| 11")
                .containsPattern("Echo lost +\\| 1");
        assertThat(show.run("session:show --json bob@home"))
                .contains("\"details\":{\"echo_answered\":\"11\",\"echo_lost\":\"1\",\"echo_sent\":\"12\"}");
    }

    @Test
    void traceShowsTheNewestNegotiationOfADevice() throws Exception {
        shell.offer(new FakeTable(
                "pppoe:negotiations",
                "Packets",
                new Table(
                        COLUMNS,
                        List.of(
                                row("000000000000000a", "02:00:00:00:00:01", "old PADR"),
                                row("000000000000000b", "02:00:00:00:00:01", "PADR"),
                                row("000000000000000b", "02:00:00:00:00:01", "PADS"),
                                row("000000000000000c", "02:00:00:00:00:02", "of another")))));

        assertThat(shell.run("pppoe:trace 02-00-00-00-00-01"))
                .startsWith("Session 000000000000000b, 02:00:00:00:00:01, PPPoE 7, begun now\n")
                .contains("PADR", "PADS")
                .doesNotContain("old", "another")
                .endsWith("2 packets\n");
        assertThat(shell.run("pppoe:trace 000000000000000a")).contains("old PADR");
        assertThat(shell.run("pppoe:trace")).contains("of another");
    }

    @Test
    void traceSaysWhatIsMissing() {
        assertThatThrownBy(() -> shell.run("pppoe:trace"))
                .isInstanceOf(CommandException.class)
                .hasMessage("The PPPoE server is not running.");
        shell.offer(new FakeTable("pppoe:negotiations", "Packets", new Table(COLUMNS, List.of())));
        assertThatThrownBy(() -> shell.run("pppoe:trace")).hasMessage("No PPPoE session has begun yet.");
        assertThatThrownBy(() -> shell.run("pppoe:trace 02:00:00:00:00:09"))
                .hasMessage("No negotiation of 02:00:00:00:00:09.");
    }

    private static List<String> row(String session, String mac, String packet) {
        return List.of(session, mac, "7", "now", "0.001", "in", packet);
    }

    private static SessionInfo pppoe(SessionInfo like, int id) {
        return new SessionInfo(
                like.id(),
                new SessionKey(like.key().line(), like.key().mac(), id),
                "pppoe",
                like.state(),
                like.userName(),
                like.authState(),
                like.authorization(),
                like.address(),
                like.network(),
                like.policy(),
                like.opened(),
                like.leaseEnds(),
                like.timers(),
                Map.of("echo_sent", "12", "echo_answered", "11", "echo_lost", "1"),
                like.traffic(),
                like.attributes());
    }
}
