package sluice.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.FrameSource;
import sluice.loop.Bell;
import sluice.loop.Closer;
import sluice.loop.Idle;
import sluice.loop.Loop;
import sluice.loop.MonotonicClock;
import sluice.platform.api.Event;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Store;
import sluice.platform.api.Table;
import sluice.platform.api.Transaction;
import sluice.session.api.AccessProtocol;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionQuery;
import sluice.session.api.Sessions;

/**
 * Runs the sessions: recovers what was granted, then lets frames in and spreads them over its shards. Without OSGi, so
 * that tests and the simulator run the same engine; {@link SessionComponent} is its skin.
 */
final class SessionEngine implements Sessions, AutoCloseable {

    /** The gateway began to serve; with {@code recovered} = {@code true} when sessions went on. */
    static final String GATEWAY_START = "GATEWAY_START";

    /** The gateway was taken out of service: {@code sessions} are left (none), {@code ended} there were. */
    static final String GATEWAY_STOP = "GATEWAY_STOP";

    private static final Logger LOG = LoggerFactory.getLogger(SessionEngine.class);

    private static final Journal.Completion UNHEARD = new Journal.Completion() {
        @Override
        public void durable() {
            // nobody waits for it
        }

        @Override
        public void failed(JournalFailure failure) {
            LOG.warn("The journal refuses the start or stop of the gateway: {}", failure);
        }
    };

    /** Subscribers begin to notice. */
    private static final Duration LONG_TURN = Duration.ofMillis(50);

    private static final Duration BARRIER = Duration.ofSeconds(10);

    private final Surroundings with;
    private final Protocols protocols = new Protocols();
    private final List<SessionShard> shards = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final Closer closer = new Closer();
    private final PuntThread punt;

    /**
     * Recovers and starts. Blocks while the store is read.
     *
     * @throws IllegalStateException when the journal does not answer, or the data plane refuses the networks
     */
    SessionEngine(Surroundings with, Store store, FrameSource source, MonotonicClock clock, int shardCount) {
        this.with = with;
        try {
            Map<Integer, Bell> bells = new HashMap<>();
            for (int i = 0; i < shardCount; i++) {
                Bell bell = new Bell();
                bells.put(i, bell);
                shards.add(new SessionShard(with, protocols, bell, clock));
            }
            recover(store, clock.millis());
            for (int i = 0; i < shardCount; i++) {
                Bell bell = java.util.Objects.requireNonNull(bells.get(i));
                Loop loop = new Loop(
                        "sluice-session-" + i,
                        clock,
                        bell,
                        Idle.forProcessors(Runtime.getRuntime().availableProcessors()),
                        List.of(shards.get(i)));
                loops.add(closer.add(loop).start());
            }
            punt = closer.add(new PuntThread(source, protocols, shards, with.settings(), with.counters(), clock));
            punt.start();
        } catch (RuntimeException e) {
            throw closer.closeAfter(e);
        }
    }

    /** What the data plane answers on the terms of a predecessor goes back to the protocol. */
    void add(AccessProtocol protocol) {
        protocols.add(protocol);
        shards.forEach(shard -> shard.notices().tell(new Mail.Joined(protocol.name())));
    }

    /** The states of that protocol are frozen, so that nothing holds its classes. */
    void remove(AccessProtocol protocol) {
        protocols.remove(protocol);
        shards.forEach(shard -> shard.notices().tell(new Mail.Leaving(protocol)));
    }

    /** Open sessions that have one of these policies get what it is now; all when none is named. */
    void changed(Set<String> policies) {
        Mail.Notice changed = new Mail.PoliciesChanged(Set.copyOf(policies));
        shards.forEach(shard -> shard.notices().tell(changed));
    }

    @Override
    public CompletionStage<List<SessionInfo>> list(Predicate<SessionInfo> filter) {
        return all(Mail.CHORES, reply -> new Mail.Listed(filter, reply));
    }

    @Override
    public CompletionStage<Optional<SessionInfo>> find(SessionId session) {
        CompletionStage<Optional<SessionInfo>> found = CompletableFuture.completedStage(Optional.empty());
        for (SessionShard shard : shards) {
            CompletableFuture<Optional<SessionInfo>> reply = new CompletableFuture<>();
            if (!shard.inbox().offer(Mail.CHANGES, new Mail.Shown(session, reply))) {
                return CompletableFuture.failedFuture(overloaded());
            }
            found = found.thenCombine(reply, (one, other) -> one.or(() -> other));
        }
        return found;
    }

    @Override
    public CompletionStage<List<SessionId>> lookup(SessionQuery query) {
        return all(Mail.CHANGES, reply -> new Mail.LookedUp(query, reply));
    }

    /** What all shards say, one after the other. */
    private <T> CompletionStage<List<T>> all(int lane, Function<CompletableFuture<List<T>>, Mail> question) {
        CompletionStage<List<T>> all = CompletableFuture.completedStage(List.of());
        for (SessionShard shard : shards) {
            CompletableFuture<List<T>> reply = new CompletableFuture<>();
            if (!shard.inbox().offer(lane, question.apply(reply))) {
                return CompletableFuture.failedFuture(overloaded());
            }
            all = all.thenCombine(reply, (some, more) -> {
                List<T> joined = new ArrayList<>(some);
                joined.addAll(more);
                return joined;
            });
        }
        return all;
    }

    private static IllegalStateException overloaded() {
        return new IllegalStateException("The session shards are overloaded");
    }

    @Override
    public CompletionStage<CommandResult> submit(Command command) {
        CompletionStage<CommandResult> result = CompletableFuture.completedStage(CommandResult.SESSION_NOT_FOUND);
        for (SessionShard shard : shards) {
            result = result.thenCompose(before -> before == CommandResult.SESSION_NOT_FOUND
                    ? ask(shard, command)
                    : CompletableFuture.completedStage(before));
        }
        return result;
    }

    private static CompletionStage<CommandResult> ask(SessionShard shard, Command command) {
        CompletableFuture<CommandResult> reply = new CompletableFuture<>();
        Mail.Commanded mail = new Mail.Commanded(command, reply);
        if (!shard.inbox().offer(mail.lane(), mail)) {
            reply.complete(CommandResult.OVERLOADED);
        }
        return reply;
    }

    @Override
    public CompletionStage<Integer> drain() {
        CompletableFuture<Integer> ended = CompletableFuture.completedFuture(0);
        for (SessionShard shard : shards) {
            CompletableFuture<Integer> reply = new CompletableFuture<>();
            if (!shard.inbox().offer(Mail.CHORES, new Mail.Drained(reply))) {
                return CompletableFuture.failedFuture(overloaded());
            }
            ended = ended.thenCombine(reply, Integer::sum);
        }
        return ended.thenApply(sessions -> {
            Event stop = new Event(
                    GATEWAY_STOP, with.clock().instant(), Map.of("sessions", "0", "ended", Integer.toString(sessions)));
            with.journal().submit(new Transaction(List.of(), List.of(stop)), UNHEARD);
            LOG.info("Out of service: {} sessions ended", sessions);
            return sessions;
        });
    }

    @Override
    public CompletionStage<CommandResult> resume() {
        // before the first new session, which Accounting-On would end at the server
        int sessions =
                shards.stream().mapToInt(shard -> shard.holding().sessions()).sum();
        with.journal().submit(new Transaction(List.of(), List.of(startEvent(sessions))), UNHEARD);
        CompletionStage<CommandResult> result = CompletableFuture.completedStage(CommandResult.DONE);
        for (SessionShard shard : shards) {
            CompletableFuture<CommandResult> reply = new CompletableFuture<>();
            if (!shard.inbox().offer(Mail.CHORES, new Mail.Resumed(reply))) {
                reply.complete(CommandResult.OVERLOADED);
            }
            result = result.thenCombine(reply, (one, other) -> one == CommandResult.DONE ? other : one);
        }
        return result;
    }

    /** Those that wait in the store and the data plane for their pool go on too, so no server may end them. */
    private Event startEvent(int sessions) {
        boolean goesOn = sessions > 0 || with.counters().get(SessionCounter.PARKED) > 0;
        return new Event(
                GATEWAY_START,
                with.clock().instant(),
                Map.of("recovered", Boolean.toString(goesOn), "sessions", Integer.toString(sessions)));
    }

    /** One row per shard. */
    Table shardTable() {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            SessionShard shard = shards.get(i);
            Loop loop = loops.get(i);
            Holding holding = shard.holding();
            rows.add(List.of(
                    Integer.toString(i),
                    Integer.toString(holding.sessions()),
                    Integer.toString(holding.starting()),
                    Integer.toString(holding.timers()),
                    Integer.toString(holding.chores()),
                    Integer.toString(shard.inbox().size()),
                    Long.toString(shard.inbox().refused(Mail.FRAMES)),
                    Long.toString(loop.turnTimes().max() / 1_000),
                    Long.toString(loop.turnTimes().longerThan(LONG_TURN.toNanos())),
                    Long.toString(loop.failures())));
        }
        return new Table(
                List.of(
                        "Shard",
                        "Sessions",
                        "Starting",
                        "Timers",
                        "Chores",
                        "Waiting",
                        "Refused",
                        "Longest turn, µs",
                        "Turns over 50 ms",
                        "Failures"),
                rows);
    }

    /** How many sessions there are, one for each shard. */
    List<Census> censuses() {
        return shards.stream().map(SessionShard::census).toList();
    }

    Table malformedTable() {
        return punt.malformedTable();
    }

    /** Frames without session that protocols ignored, by reason. */
    Table ignoredTable() {
        return with.places().ignored().table();
    }

    /** Stops deciding; packets go on. */
    @Override
    public void close() {
        closer.close();
    }

    /** Who is served or waits without an answer of a server, in all shards. */
    DegradedTally tally() {
        return shards.stream()
                .map(shard -> shard.degraded().lastTally())
                .reduce(DegradedTally.NONE, (a, b) -> a.plus(b));
    }

    private void recover(Store store, long now) {
        awaitJournal(new Transaction(List.of(), List.of()));
        try {
            with.alone().outage().recover(store);
            if (!with.settings().radius()) { // nobody is asked any more, so nobody can be missing
                with.alone().outage().end();
            }
            for (ProfileCache.Stored profile : ProfileCache.stored(store)) {
                shards.get(Math.floorMod(profile.shardHash(), shards.size()))
                        .degraded()
                        .recover(profile);
            }
            List<Recovery.Recovered> recovered = new Recovery(with, store, now).run();
            for (Recovery.Recovered one : recovered) {
                int shard = Math.floorMod(one.frozen().key().shardHash(), shards.size());
                shards.get(shard).recover(one);
            }
            awaitJournal(new Transaction(List.of(), List.of(startEvent(recovered.size()))));
            LOG.info("Sessions: {} recovered, {} shards", recovered.size(), shards.size());
        } catch (DataPlaneException e) {
            throw new IllegalStateException("The data plane refuses the networks: " + e.getMessage(), e);
        }
    }

    /** Everything that was submitted before is in the store when this returns. */
    private void awaitJournal(Transaction transaction) {
        CompletableFuture<Optional<JournalFailure>> answer = new CompletableFuture<>();
        with.journal().submit(transaction, new Journal.Completion() {
            @Override
            public void durable() {
                answer.complete(Optional.empty());
            }

            @Override
            public void failed(JournalFailure reason) {
                answer.complete(Optional.of(reason));
            }
        });
        try {
            answer.get(BARRIER.toMillis(), TimeUnit.MILLISECONDS)
                    .ifPresent(reason -> LOG.error("The journal refuses ({}); new sessions are refused too", reason));
        } catch (TimeoutException e) {
            throw new IllegalStateException("The journal does not answer within " + BARRIER, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The journal failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the journal", e);
        }
    }
}
