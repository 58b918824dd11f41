package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Reach;
import sluice.session.api.SessionId;

final class SessionChangeTest {

    private static final String FIRST = "abc0000000000001";
    private static final SessionId ID = SessionId.parse(FIRST);
    private static final String HAS_NOW = "Session " + FIRST
            + " has policy residential-100mbps now: download 100 Mbit/s, burst 2 MB; upload 20 Mbit/s, burst 2 MB;"
            + " access open.\n";

    private final FakeSessions engine = new FakeSessions();
    private final FakeShell shell = new FakeShell(
            SessionWords.Ids.class,
            NamedRows.Policies.class,
            NamedRows.Gardens.class,
            SessionPolicy.class,
            SessionRates.class,
            SessionGarden.class,
            SessionBlock.class,
            SessionUnblock.class,
            SessionReauthenticate.class);

    @BeforeEach
    void twoSessions() {
        shell.appliance.bindSessions(engine);
        engine.sessions.add(FakeSessions.bound(1));
        engine.sessions.add(FakeSessions.bound(2));
    }

    @Test
    void everyChangeIsSubmittedAndWhatTheSessionHasIsSaid() throws Exception {
        assertThat(shell.run("session:policy 10.64.0.1 gold")).isEqualTo(HAS_NOW);
        assertThat(shell.run("session:garden " + FIRST + " arrears")).isEqualTo(HAS_NOW);
        assertThat(shell.run("session:garden " + FIRST + " off")).isEqualTo(HAS_NOW);
        assertThat(shell.run("session:block 02:00:00:00:00:01")).isEqualTo(HAS_NOW);
        assertThat(shell.run("session:unblock 0:100.1")).isEqualTo(HAS_NOW);
        assertThat(shell.run("session:reauthenticate --wait 30 " + FIRST)).isEqualTo(HAS_NOW);
        assertThat(engine.commands)
                .containsExactly(
                        new Command.Change(ID, AuthorizationChange.toPolicy("gold")),
                        new Command.Change(ID, AuthorizationChange.toReach(new Reach.Walled("arrears"))),
                        new Command.Change(ID, AuthorizationChange.toReach(new Reach.Open())),
                        new Command.Change(ID, AuthorizationChange.toReach(new Reach.Blocked())),
                        new Command.Change(ID, AuthorizationChange.toReach(new Reach.Open())),
                        new Command.Reauthenticate(ID));
    }

    @Test
    void ratesAreInKilobitsAndGetABurstWhenNoneIsGiven() throws Exception {
        shell.run("session:rates --download 50000 --upload 10000 --upload-burst 80 " + FIRST);
        shell.run("session:rates --upload 0 " + FIRST);
        assertThat(engine.commands)
                .containsExactly(
                        rates(
                                Optional.of(new Policer(50_000_000, 500_000)),
                                Optional.of(new Policer(10_000_000, 80_000))),
                        rates(Optional.empty(), Optional.of(Policer.UNLIMITED)));
    }

    @Test
    void ratesThatMakeNoSenseAreRefusedBeforeAnythingIsAsked() {
        for (String options : List.of("", "--download -7 ", "--upload 1000000001 ", "--upload 1 --upload-burst -1 ")) {
            assertThatThrownBy(() -> shell.run("session:rates " + options + FIRST))
                    .as(options)
                    .isInstanceOf(CommandException.class)
                    .message()
                    .endsWith(".");
        }
        assertThat(engine.commands).isEmpty();
    }

    @Test
    void scriptsGetWhatTheSessionHasNow() throws Exception {
        assertThat(shell.run("session:block --json " + FIRST))
                .isEqualTo("{\"data\":{\"session_id\":\"" + FIRST + "\",\"policy\":\"residential-100mbps\","
                        + "\"download_bps\":100000000,\"upload_bps\":20000000,\"access\":\"open\"}}\n");
    }

    @Test
    void everyRefusalIsAFailureWithItsReason() {
        for (CommandResult result : CommandResult.values()) {
            if (result != CommandResult.DONE) {
                engine.result = CompletableFuture.completedFuture(result);
                assertThatThrownBy(() -> shell.run("session:policy " + FIRST + " gold"))
                        .isInstanceOf(CommandException.class)
                        .message()
                        .endsWith(".");
            }
        }
        engine.result = CompletableFuture.completedFuture(CommandResult.POLICY_UNKNOWN);
        assertThatThrownBy(() -> shell.run("session:policy " + FIRST + " gold"))
                .hasMessage("There is no such policy or walled garden; qos:policies and qos:gardens list them."
                        + " Nothing was changed.");
    }

    @Test
    void anEngineThatDoesNotAnswerIsNotWaitedForLongerThanAsked() {
        engine.result = new CompletableFuture<>();
        assertThatThrownBy(() -> shell.run("session:block --wait 1 " + FIRST))
                .hasMessageStartingWith("The session engine did not answer within 1 s.");
        assertThatThrownBy(() -> shell.run("session:block --wait 0 " + FIRST)).hasMessageStartingWith("--wait is 0");
    }

    @Test
    void policiesAndGardensComplete() {
        shell.offer(FakeTable.of("qos:policies", "gold", "silver"));
        shell.offer(FakeTable.of("qos:gardens", "arrears"));
        assertThat(shell.complete("session:policy " + FIRST + " g")).containsExactly("gold");
        assertThat(shell.complete("session:garden " + FIRST + " ")).containsExactly("arrears", "off");
        assertThat(shell.complete("session:policy abc")).containsExactly(FIRST, "abc0000000000002");
    }

    @Test
    void completionWithoutTablesIsSilent() {
        assertThat(shell.complete("session:policy " + FIRST + " ")).isEmpty();
    }

    private static Command rates(Optional<Policer> download, Optional<Policer> upload) {
        return new Command.Change(ID, AuthorizationChange.toRates(download, upload));
    }
}
