package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;
import sluice.session.api.TerminateCause;

final class SessionCommandsTest {

    private static final String FIRST = "abc0000000000001";

    private final FakeSessions engine = new FakeSessions();
    private final FakeShell shell = new FakeShell(
            SessionWords.Ids.class,
            SessionWords.Macs.class,
            SessionWords.Addresses.class,
            SessionWords.Lines.class,
            SessionWords.Users.class,
            SessionWords.States.class,
            SessionWords.Causes.class,
            SessionList.class,
            SessionShow.class,
            SessionCount.class,
            SessionDisconnect.class,
            SessionDrain.class,
            SessionResume.class);

    @BeforeEach
    void threeSessions() {
        shell.appliance.bindSessions(engine);
        engine.sessions.add(FakeSessions.session(3, "selecting", "eve\u001b[2J"));
        engine.sessions.add(FakeSessions.bound(1));
        engine.sessions.add(FakeSessions.bound(2));
    }

    @Test
    void sessionsAreListedOldestFirstWithTheirNumber() throws Exception {
        assertThat(shell.run("session:list").lines().toList()).hasSize(6).satisfies(lines -> {
            assertThat(lines.get(2)).contains(FIRST, "bound", "02:00:00:00:00:01", "10.64.0.1", "0:100.1 1/0/1@");
            assertThat(lines.get(4)).contains("selecting", "eve\\x1b[2J");
            assertThat(lines.get(5)).isEqualTo("3 sessions");
        });
    }

    @Test
    void everyFilterLeavesOnlyWhatFits() throws Exception {
        for (String filter : new String[] {
            "--line 0:100.1",
            "--line 1/0/1",
            "--mac 02:00:00:00:00:01",
            "--mac 02-00-00-00-00-01",
            "--mac *:01",
            "--address 10.64.0.1",
            "--address 10.64.0.0/31",
            "--user *1/0/1",
            "--user BNG-01/cstm-relay-02/1/0/1"
        }) {
            assertThat(shell.run("session:list " + filter))
                    .as(filter)
                    .contains(FIRST)
                    .endsWith("\n1 session\n");
        }
        assertThat(shell.run("session:list --state bound")).endsWith("\n2 sessions\n");
    }

    @Test
    void filtersHoldTogether() throws Exception {
        assertThat(shell.run("session:list --state bound --line 0:100.3")).isEqualTo("0 sessions\n");
    }

    @Test
    void aLineIsNotFoundByTheBeginningOfItsNumber() throws Exception {
        engine.sessions.add(FakeSessions.bound(11));

        assertThat(shell.run("session:list --line 0:100.1")).endsWith("\n1 session\n");
    }

    @Test
    void anAddressThatCannotBeReadIsRefusedWithASentence() {
        assertThatThrownBy(() -> shell.run("session:list --address 10.64.0.0/22.1"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("IPv4 prefix \"10.64.0.0/22.1\", expected a.b.c.d/length.");
    }

    @Test
    void jsonHasTheNamesOfTheEventStreamAndInputIsDownload() throws Exception {
        assertThat(shell.run("session:list --json --limit 1"))
                .startsWith("{\"data\":[{\"session_id\":\"" + FIRST + "\",\"protocol\":\"dhcp4\",\"state\":\"bound\"")
                .contains("\"mac_address\":\"02:00:00:00:00:01\",\"ip_address\":\"10.64.0.1\"")
                .contains("\"session_start\":\"2026-01-01T10:00:00Z\"")
                .contains("\"input_octets\":2500000,\"output_octets\":1000,\"input_packets\":20,\"output_packets\":10")
                .contains("\"timers\":{\"interim\":12,\"lease\":5400}")
                .endsWith("],\"count\":3}\n");
    }

    @Test
    void jsonCarriesWhatASubscriberCallsHimselfEscaped() throws Exception {
        assertThat(shell.run("session:list --json")).contains("\"username\":\"eve\\u001b[2J\"");
    }

    @Test
    void oneSessionIsShownByIdAddressOrMac() throws Exception {
        for (String name : new String[] {FIRST, "10.64.0.1", "02:00:00:00:00:01"}) {
            assertThat(shell.run("session:show " + name))
                    .contains("bound (dhcp4)", "0:100.1 1/0/1@cstm-relay-02", "100 Mbit/s, burst 2 MB")
                    .contains("Timer lease", "in 1h 30m", "2.5 MB in 20 packets", "Class = 676f6c64");
        }
    }

    @Test
    void aMacOnTwoLinesAsksWhichSessionIsMeant() {
        engine.sessions.add(FakeSessions.bound(1));

        assertThatThrownBy(() -> shell.run("session:show 02:00:00:00:00:01"))
                .isInstanceOf(CommandException.class)
                .hasMessage("02:00:00:00:00:01 has 2 sessions, name one of them: " + FIRST + ", " + FIRST);
    }

    @Test
    void aNameThatIsNothingIsRefusedWithASentence() {
        assertThatThrownBy(() -> shell.run("session:show nobody"))
                .isInstanceOf(CommandException.class)
                .hasMessage("There is no session nobody.");
        assertThatThrownBy(() -> shell.run("session:show 10.64.9.9")).hasMessage("There is no session 10.64.9.9.");
    }

    @Test
    void sessionsAreCountedByState() throws Exception {
        assertThat(shell.run("session:count")
                        .lines()
                        .map(line -> line.replaceAll(" +", " "))
                        .toList())
                .contains("dhcp4 | bound | 2", "dhcp4 | selecting | 1")
                .last()
                .isEqualTo("3 sessions");
        assertThat(shell.run("session:count --json"))
                .isEqualTo("{\"data\":[{\"protocol\":\"dhcp4\",\"state\":\"bound\",\"sessions\":2},"
                        + "{\"protocol\":\"dhcp4\",\"state\":\"selecting\",\"sessions\":1}],\"count\":3}\n");
    }

    @Test
    void disconnectSaysSoOnlyWhenItIsDone() throws Exception {
        assertThat(shell.run("session:disconnect --cause lost-carrier 10.64.0.1"))
                .isEqualTo("Session " + FIRST + " ended with Lost-Carrier.\n");
        assertThat(engine.commands)
                .containsExactly(new Command.Disconnect(SessionId.parse(FIRST), TerminateCause.LOST_CARRIER));
    }

    @Test
    void aRefusedDisconnectIsAFailureWithItsReason() {
        for (CommandResult result : CommandResult.values()) {
            if (result != CommandResult.DONE) {
                engine.result = CompletableFuture.completedFuture(result);
                assertThatThrownBy(() -> shell.run("session:disconnect " + FIRST))
                        .isInstanceOf(CommandException.class)
                        .message()
                        .endsWith(".");
            }
        }
    }

    @Test
    void anEngineThatDoesNotAnswerIsNotWaitedForLongerThanAsked() {
        engine.result = new CompletableFuture<>();

        assertThatThrownBy(() -> shell.run("session:disconnect --wait 1 " + FIRST))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("The session engine did not answer within 1 s.");
    }

    @Test
    void anUnknownCauseNamesThoseThereAre() {
        assertThatThrownBy(() -> shell.run("session:disconnect --cause because " + FIRST))
                .hasMessageContaining("because is no cause; there are User-Request, Lost-Carrier");
        assertThat(engine.commands).isEmpty();
    }

    @Test
    void drainingIsMeantOrNotDone() throws Exception {
        assertThatThrownBy(() -> shell.run("session:drain"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("session:drain --yes");
        assertThat(engine.sessions).hasSize(3);
        assertThat(shell.run("session:drain --yes")).startsWith("3 sessions ended.");
        assertThat(shell.run("session:resume")).isEqualTo("The gateway takes new sessions.\n");
    }

    @Test
    void leasesAreSessionsByAddress() throws Exception {
        Instant hourLater = FakeSessions.OPENED.plus(Duration.ofHours(1));
        LeaseTable leases = new LeaseTable(InstantSource.fixed(hourLater));
        assertThatThrownBy(leases::table).hasMessage("The session engine is not running.");
        leases.bindSessions(engine);

        assertThat(leases.table().rows())
                .hasSize(3)
                .first()
                .isEqualTo(List.of(
                        "10.64.0.1",
                        "02:00:00:00:00:01",
                        "0:100.1 1/0/1@cstm-relay-02",
                        "bound",
                        "2026-01-02T10:00:00Z",
                        "23h 0m",
                        FIRST));
    }

    @Test
    void withoutTheEngineThereIsASentence() {
        shell.appliance.unbindSessions(engine);

        assertThatThrownBy(() -> shell.run("session:list"))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("The session engine is not running.");
    }

    @Test
    void idsAddressesLinesAndStatesComplete() {
        assertThat(shell.complete("session:show abc0")).containsExactly(FIRST, "abc0000000000002", "abc0000000000003");
        assertThat(shell.complete("session:list --address ")).contains("10.64.0.1", "10.64.0.2");
        assertThat(shell.complete("session:list --line 0:100.2")).containsExactly("0:100.2");
        assertThat(shell.complete("session:list --state ")).containsExactly("bound", "selecting");
        assertThat(shell.complete("session:list --user e")).containsExactly("eve\\x1b[2J");
        assertThat(shell.complete("session:disconnect --cause Lost-")).containsExactly("Lost-Carrier", "Lost-Service");
        assertThat(shell.complete("session:list --l")).contains("--line", "--limit");
    }

    @Test
    void completionWithoutTheEngineIsSilent() {
        shell.appliance.unbindSessions(engine);

        assertThat(shell.complete("session:show ")).isEmpty();
    }
}
