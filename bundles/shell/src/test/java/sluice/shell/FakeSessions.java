package sluice.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Policy;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionQuery;
import sluice.session.api.Sessions;

/** A session engine that holds what a test puts into it. */
final class FakeSessions implements Sessions {

    static final Instant OPENED = Instant.parse("2026-01-01T10:00:00Z");

    final List<SessionInfo> sessions = new ArrayList<>();
    final List<Command> commands = new ArrayList<>();
    /** What becomes of the next command. */
    CompletionStage<CommandResult> result = CompletableFuture.completedFuture(CommandResult.DONE);

    /** A bound session on C-VLAN {@code number}, MAC 02:00:00:00:00:number, address 10.64.0.number. */
    static SessionInfo bound(int number) {
        return session(number, "bound", "bng-01/cstm-relay-02/1/0/" + number);
    }

    static SessionInfo session(int number, String state, String userName) {
        LineId line = new LineId(0, 100, number, Bytes.utf8("1/0/" + number), Bytes.utf8("cstm-relay-02"));
        return new SessionInfo(
                new SessionId(0xabc0_0000_0000_0000L + number),
                new SessionKey(line, new MacAddress(0x0200_0000_0000L + number)),
                "dhcp4",
                state,
                userName,
                AuthState.AUTHENTICATED,
                Optional.of(Authorization.DEFAULT),
                Optional.of(new Ip4(0x0a400000 + number)),
                Optional.of("residential"),
                Optional.of(new Policy(
                        "residential-100mbps",
                        new Policer(100_000_000, 2_000_000),
                        new Policer(20_000_000, 2_000_000))),
                Optional.of(OPENED),
                Optional.of(OPENED.plus(Duration.ofHours(24))),
                Map.of("lease", Duration.ofMinutes(90), "interim", Duration.ofSeconds(12)),
                Map.of(),
                new Traffic(10, 1_000, 20, 2_500_000, 1, 2, 3),
                List.of("Class = 676f6c64", "Filter-Id = residential-100mbps"));
    }

    @Override
    public CompletionStage<List<SessionInfo>> list(Predicate<SessionInfo> filter) {
        return CompletableFuture.completedFuture(
                sessions.stream().filter(filter).toList());
    }

    @Override
    public CompletionStage<Optional<SessionInfo>> find(SessionId session) {
        return CompletableFuture.completedFuture(
                sessions.stream().filter(one -> one.id().equals(session)).findFirst());
    }

    @Override
    public CompletionStage<List<SessionId>> lookup(SessionQuery query) {
        return CompletableFuture.completedFuture(sessions.stream()
                .filter(one -> query.id().map(one.id()::equals).orElse(true))
                .filter(one ->
                        query.address().equals(one.address()) || query.address().isEmpty())
                .filter(one -> query.mac().map(one.key().mac()::equals).orElse(true))
                .filter(one -> query.userName().map(one.userName()::equals).orElse(true))
                .filter(one ->
                        query.line().map(line -> line.test(one.key().line())).orElse(true))
                .map(SessionInfo::id)
                .toList());
    }

    @Override
    public CompletionStage<CommandResult> submit(Command command) {
        commands.add(command);
        return result;
    }

    @Override
    public CompletionStage<Integer> drain() {
        int ended = sessions.size();
        sessions.clear();
        return CompletableFuture.completedFuture(ended);
    }

    @Override
    public CompletionStage<CommandResult> resume() {
        return result;
    }
}
