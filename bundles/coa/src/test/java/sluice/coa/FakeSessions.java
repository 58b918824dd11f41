package sluice.coa;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.AuthState;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionQuery;
import sluice.session.api.Sessions;

/** A session engine of a few sessions that answers commands as the test says, at once or when the test says. */
final class FakeSessions implements Sessions {

    static final LineId LINE = new LineId(2, 100, 7, Bytes.utf8("1/0/3"), Bytes.utf8("cstm-relay-02"));
    static final MacAddress MAC = MacAddress.parse("02:5b:00:00:0a:03");

    private final Map<SessionId, One> sessions = new LinkedHashMap<>();
    private final List<Command> commands = new ArrayList<>();
    private final List<CompletableFuture<CommandResult>> waiting = new ArrayList<>();
    private CommandResult result = CommandResult.DONE;
    private boolean holding;
    private boolean broken;

    /** What there is to find of a session. */
    record One(
            SessionId id,
            String userName,
            LineId line,
            MacAddress mac,
            Optional<Ip4> address,
            Optional<Ip6Prefix> prefix,
            boolean online) {

        /** What is delegated to golden sessions. */
        static final Ip6Prefix DELEGATED = Ip6Prefix.parse("2001:db8:a00::/56");

        static final String INTERFACE_ID = "0200000012345678";
    }

    /** The session that the golden packets mean. */
    static One golden() {
        return new One(
                SessionId.parse("0000123456789abc"),
                "bng-01/cstm-relay-02/1/0/3",
                LINE,
                MAC,
                Optional.of(Ip4.parse("100.64.0.10")),
                Optional.of(Ip6Prefix.parse("2001:db8:0:10::/60")),
                true);
    }

    synchronized FakeSessions with(One session) {
        sessions.put(session.id(), session);
        return this;
    }

    /** What commands come to from now on. */
    synchronized void answer(CommandResult result) {
        this.result = result;
    }

    /** Commands wait until {@link #release}. */
    synchronized void hold() {
        holding = true;
    }

    synchronized void release() {
        holding = false;
        waiting.forEach(future -> future.complete(result));
        waiting.clear();
    }

    /** Everything fails from now on. */
    synchronized void breakDown() {
        broken = true;
    }

    synchronized List<Command> commands() {
        return List.copyOf(commands);
    }

    @Override
    public synchronized CompletionStage<List<SessionId>> lookup(SessionQuery query) {
        if (broken) {
            return CompletableFuture.failedFuture(new IllegalStateException("broken on purpose"));
        }
        return CompletableFuture.completedFuture(sessions.values().stream()
                .filter(one -> agrees(one, query))
                .map(One::id)
                .toList());
    }

    private static boolean agrees(One one, SessionQuery query) {
        return query.id().map(one.id()::equals).orElse(true)
                && query.address().map(Optional::of).map(one.address()::equals).orElse(true)
                && query.prefix().map(Optional::of).map(one.prefix()::equals).orElse(true)
                && query.mac().map(one.mac()::equals).orElse(true)
                && query.userName().map(one.userName()::equals).orElse(true)
                && query.line().map(line -> line.test(one.line())).orElse(true)
                && query.delegated().map(One.DELEGATED::equals).orElse(true)
                && query.interfaceId().map(One.INTERFACE_ID::equals).orElse(true);
    }

    @Override
    public synchronized CompletionStage<CommandResult> submit(Command command) {
        commands.add(command);
        CompletableFuture<CommandResult> future = new CompletableFuture<>();
        if (holding) {
            waiting.add(future);
        } else {
            future.complete(result);
        }
        return future;
    }

    @Override
    public synchronized CompletionStage<Optional<SessionInfo>> find(SessionId session) {
        return CompletableFuture.completedFuture(
                Optional.ofNullable(sessions.get(session)).map(FakeSessions::info));
    }

    private static SessionInfo info(One one) {
        return new SessionInfo(
                one.id(),
                new SessionKey(one.line(), one.mac()),
                "dhcp4",
                "bound",
                one.userName(),
                AuthState.AUTHENTICATED,
                Optional.empty(),
                one.address(),
                Optional.empty(),
                Optional.empty(),
                one.online() ? Optional.of(Instant.EPOCH) : Optional.empty(),
                Optional.empty(),
                Map.of(),
                Map.of(),
                Traffic.NONE,
                List.of());
    }

    @Override
    public CompletionStage<List<SessionInfo>> list(Predicate<SessionInfo> filter) {
        throw new UnsupportedOperationException("nobody lists sessions here");
    }

    @Override
    public CompletionStage<Integer> drain() {
        throw new UnsupportedOperationException("nobody drains here");
    }

    @Override
    public CompletionStage<CommandResult> resume() {
        throw new UnsupportedOperationException("nobody resumes here");
    }
}
