package sluice.qos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Traffic;
import sluice.platform.api.Table;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionQuery;
import sluice.session.api.Sessions;

class PoliciesTableTest {

    private final PolicyCatalog catalog = new PolicyCatalog(PolicyDefaults.SHIPPED, () -> false);
    private final SessionReader reader = new SessionReader();
    private final PoliciesTable table = new PoliciesTable(catalog, reader);

    @Test
    void everyPolicyIsShownWithEverythingThatItDoes() {
        catalog.bindPolicy(new OwnPolicy(TestPolicy.named("voice")
                .rates(2_000, 1_000)
                .with("dscp_down", "EF")
                .with("dscp_up", "CS1")
                .with("priority", "5")
                .with("identity", "loose")
                .with("mtu", 1492)
                .garden("arrears")
                .settings()));
        assertThat(rows().get("voice"))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("Name", "voice"),
                        Map.entry("Sessions", "?"),
                        Map.entry("Download kbit/s", "2000"),
                        Map.entry("Download burst kB", "20"),
                        Map.entry("Upload kbit/s", "1000"),
                        Map.entry("Upload burst kB", "15"),
                        Map.entry("Access", "walled arrears"),
                        Map.entry("DSCP down", "46"),
                        Map.entry("DSCP up", "8"),
                        Map.entry("Priority", "5"),
                        Map.entry("Identity", "loose"),
                        Map.entry("Segment", "1452"),
                        Map.entry("MTU", "1492"),
                        Map.entry("Origin", "own"),
                        Map.entry("Default", "")));
        assertThat(rows().get("unlimited"))
                .containsEntry("Download kbit/s", "unlimited")
                .containsEntry("Default", "yes");
    }

    @Test
    void sessionsAreCountedByTheirPolicyAlsoByOneThatIsNoMore() {
        Engine engine = new Engine();
        reader.bindSessions(engine);
        engine.sessions.add(TestSession.of(1, "Gold", Traffic.NONE));
        engine.sessions.add(TestSession.of(2, "Gold", Traffic.NONE));
        engine.sessions.add(TestSession.of(3, PolicyCatalog.BY_RATES, Traffic.NONE));
        engine.sessions.add(TestSession.of(4, Optional.empty(), Traffic.NONE));
        assertThat(rows().get("Gold")).containsEntry("Sessions", "2");
        assertThat(rows().get("Silver")).containsEntry("Sessions", "0");
        assertThat(rows().get(PolicyCatalog.BY_RATES))
                .containsEntry("Sessions", "1")
                .containsEntry("Origin", "of sessions");
    }

    @Test
    void engineThatDoesNotAnswerIsNotWaitedFor() {
        Engine engine = new Engine();
        engine.silent = true;
        reader.bindSessions(engine);
        assertThat(rows().get("Gold")).containsEntry("Sessions", "?");
        reader.unbindSessions(engine);
        assertThat(rows().get("Gold")).containsEntry("Sessions", "?");
    }

    private Map<String, Map<String, String>> rows() {
        Table shown = table.table();
        return shown.rows().stream()
                .map(row -> IntStream.range(0, row.size())
                        .boxed()
                        .collect(Collectors.toMap(shown.columns()::get, row::get)))
                .collect(Collectors.toMap(row -> String.valueOf(row.get("Name")), Function.identity()));
    }

    /** A session engine that lists alone. */
    private static final class Engine implements Sessions {
        private final List<SessionInfo> sessions = new ArrayList<>();
        private boolean silent;

        @Override
        public CompletionStage<List<SessionInfo>> list(Predicate<SessionInfo> filter) {
            return silent
                    ? new CompletableFuture<>()
                    : CompletableFuture.completedFuture(
                            sessions.stream().filter(filter).toList());
        }

        @Override
        public CompletionStage<Optional<SessionInfo>> find(SessionId session) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<SessionId>> lookup(SessionQuery query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<CommandResult> submit(Command command) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Integer> drain() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<CommandResult> resume() {
            throw new UnsupportedOperationException();
        }
    }
}
