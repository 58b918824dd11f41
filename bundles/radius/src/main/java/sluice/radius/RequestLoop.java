package sluice.radius;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.MonotonicClock;
import sluice.platform.api.CounterSet;
import sluice.session.api.Authenticator;

/**
 * Sends requests to the best server there is and finds another one when it is silent. One thread,
 * {@code sluice-radius-0}, owns everything; the public face is safe for any thread and never blocks, but for
 * {@link #close}.
 *
 * <p>A request goes to one server after the other in the order of priorities, as often to each as its settings say; how
 * one is chosen says {@link ServerChoice}. When none has room, it waits for a moment.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of timers of the loop, which end with it
final class RequestLoop implements ServerLink.Watcher, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);
    private static final long TICK_MILLIS = 20;
    private static final long WATCH_MILLIS = 100;
    /** Connections that may break under one request before it is the request's fault. */
    private static final int BREAKS_MAX = 2;

    private static final int EXPIRED_MAX = 10_000;
    private static final String NO_SERVER = "no RADIUS server is configured for this";
    private static final String SILENT = "no RADIUS server answered";
    private static final String BUSY = "every RADIUS server has as many requests as it may have";
    private static final String CLOSING = "the RADIUS client is being reconfigured";

    private final LoopSettings settings;
    private final MonotonicClock clock;
    private final InstantSource wall;
    private final RandomGenerator random;
    private final CounterSet<RadiusCounter> counters;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final ServerChoice choice;
    private final Map<RequestKind, Backlog> backlogs = new EnumMap<>(RequestKind.class);
    private volatile List<ServerLink> links = List.of();
    private volatile boolean closed;
    private boolean ticking;

    /**
     * Starts the thread.
     *
     * @param random unpredictable: it makes authenticators
     */
    RequestLoop(
            LoopSettings settings,
            MonotonicClock clock,
            InstantSource wall,
            RandomGenerator random,
            CounterSet<RadiusCounter> counters) {
        this.settings = settings;
        this.clock = clock;
        this.wall = wall;
        this.random = random;
        this.counters = counters;
        this.choice = new ServerChoice(settings.balance());
        for (RequestKind kind : RequestKind.values()) {
            backlogs.put(kind, new Backlog());
        }
        this.group = new MultiThreadIoEventLoopGroup(
                1, Thread.ofPlatform().name("sluice-radius-", 0).daemon().factory(), NioIoHandler.newFactory());
        this.loop = group.next();
        if (settings.statusTime().isPositive()) {
            loop.scheduleWithFixedDelay(this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Sends a request; the completion is called in any case. */
    void submit(RequestDraft draft, Completion completion) {
        try {
            loop.execute(() -> start(new Exchange(draft, completion)));
        } catch (RejectedExecutionException e) { // the thread is gone
            completion.unanswered(CLOSING);
        }
    }

    /** Runs something on the loop; silently not when it is being closed. */
    void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed before a task could run");
        }
    }

    /** Runs something on the loop, in some milliseconds; silently not when it is being closed. */
    void schedule(Runnable task, long millis) {
        try {
            loop.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed before {} ms were over", millis);
        }
    }

    /**
     * From now on this server is asked too. Waits for its sockets, which takes a moment; not to be called on the loop.
     */
    void add(ServerSettings server) {
        List<ServerLink> added = new ArrayList<>();
        for (RequestKind kind : RequestKind.values()) {
            if (kind.port(server) != 0) {
                added.add(new ServerLink(server, kind, settings, loop, this, clock, wall, random));
            }
        }
        loop.execute(() -> {
            List<ServerLink> more = new ArrayList<>(links);
            more.addAll(added);
            more.sort(Comparator.<ServerLink>comparingInt(link -> link.server().priority())
                    .thenComparing(link -> link.server().name()));
            links = List.copyOf(more);
            added.forEach(ServerLink::open);
        });
        try {
            for (ServerLink link : added) {
                link.awaitFirstAttempt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From now on this server is not asked any more; what waits for it goes to another. */
    void remove(ServerSettings server) {
        try {
            loop.execute(() -> {
                List<ServerLink> gone = links.stream()
                        .filter(link -> link.server().equals(server))
                        .toList();
                links = links.stream().filter(link -> !gone.contains(link)).toList();
                for (ServerLink link : gone) {
                    List<Exchange> waiting = link.evict();
                    link.close();
                    waiting.forEach(exchange -> moveOn(link, exchange));
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("Server {} went after everything else", server.name());
        }
    }

    /** Every server and service, the first choice first. */
    List<ServerLink> links() {
        return links;
    }

    /** What is known of the servers of that kind as a whole; for any thread. */
    Authenticator.Reachability reachability(RequestKind kind) {
        boolean silent = true;
        for (ServerLink link : links) {
            if (link.kind() == kind && link.health().isReached()) {
                return Authenticator.Reachability.REACHED;
            }
            silent &= link.kind() != kind || link.health().isDown();
        }
        return silent ? Authenticator.Reachability.SILENT : Authenticator.Reachability.UNKNOWN;
    }

    private void start(Exchange exchange) {
        if (closed) {
            tellUnanswered(exchange, CLOSING);
            return;
        }
        if (ServerChoice.group(links, exchange).isEmpty()) {
            counters.count(RadiusCounter.NO_SERVER);
            tellUnanswered(exchange, NO_SERVER);
            return;
        }
        send(exchange);
    }

    /** Sends to the best server that was not asked yet, or ends the exchange. */
    private void send(Exchange exchange) {
        for (Optional<ServerLink> link = choice.choose(links, exchange, clock.millis());
                link.isPresent();
                link = choice.choose(links, exchange, clock.millis())) {
            if (link.get().transmit(exchange)) {
                if (exchange.hasTriedAny()) {
                    counters.count(RadiusCounter.FAILOVERS);
                }
                tick();
                return;
            }
            exchange.leave(link.get());
        }
        if (!closed && ServerChoice.isWorthWaiting(links, exchange)) {
            backlogOf(exchange).add(exchange, clock.millis());
            counters.count(RadiusCounter.QUEUED);
            tick();
            return;
        }
        tellUnanswered(exchange, SILENT);
    }

    /** Sends what waits for room, as far as there is some. */
    private void drain() {
        for (Backlog backlog : backlogs.values()) {
            for (@Nullable Exchange next = backlog.peek();
                    next != null && (ServerChoice.isPossible(links, next) || !ServerChoice.isWorthWaiting(links, next));
                    next = backlog.peek()) {
                backlog.poll();
                send(next);
            }
        }
    }

    private Backlog backlogOf(Exchange exchange) {
        return Objects.requireNonNull(backlogs.get(ServerChoice.kindOf(exchange)));
    }

    private void moveOn(ServerLink from, Exchange exchange) {
        from.giveUp(exchange);
        if (exchange.draft.isStatus()) {
            return;
        }
        if (closed) {
            tellUnanswered(exchange, CLOSING);
            return;
        }
        send(exchange);
    }

    @Override
    public void answered(Exchange exchange, Runnable verdict) {
        try {
            verdict.run();
        } catch (RuntimeException e) { // whoever asked is broken; the others are not
            LOG.error("A verdict was not taken", e);
        }
        drain();
    }

    private static void tellUnanswered(Exchange exchange, String reason) {
        try {
            exchange.completion.unanswered(reason);
        } catch (RuntimeException e) {
            LOG.error("It was not taken that nobody answered", e);
        }
    }

    @Override
    public void timedOut(ServerLink link, Exchange exchange) {
        if (link.mayRepeat(exchange) && link.transmit(exchange)) {
            return;
        }
        boolean silent = exchange.draft.isStatus()
                ? link.isTellingSilence(exchange)
                : !link.health().answeredSince(exchange.firstSentAt);
        if (silent && !link.renew()) { // on a new connection it may answer; if not, it is down then
            takeDown(link);
        }
        moveOn(link, exchange);
    }

    @Override
    public void opened(ServerLink link) {
        drain();
    }

    /** What was sent on a connection that broke is sent again: there, when it is back, or to another server. */
    @Override
    public void lost(ServerLink link, boolean broken) {
        if (!broken || !link.health().answeredSince(link.openedAt())) {
            takeDown(link);
        }
        for (Exchange exchange : link.evict()) {
            if (exchange.draft.isStatus() || exchange.breaks >= BREAKS_MAX) {
                moveOn(link, exchange);
            } else {
                link.detach(exchange);
                send(exchange);
            }
        }
        drain();
    }

    /** Only a hint, and a server that restarts is back soon: worth something when there is another one. */
    @Override
    public void portUnreachable(ServerLink link) {
        if (!link.health().isDown() && isOtherUp(link)) {
            takeDown(link);
        }
    }

    private void takeDown(ServerLink link) {
        if (!link.health().goDown(clock.millis())) {
            return;
        }
        LOG.warn("RADIUS {} does not answer; {} requests wait for it", link, link.inFlight());
        if (!isOtherUp(link)) {
            return;
        }
        for (Exchange exchange : link.evict()) {
            moveOn(link, exchange);
        }
    }

    private boolean isOtherUp(ServerLink link) {
        return links.stream()
                .anyMatch(other -> other != link
                        && other.kind() == link.kind()
                        && other.isOpen()
                        && !other.health().isDown());
    }

    /** Time-outs are looked for while somebody waits. */
    private void tick() {
        if (!ticking) {
            ticking = true;
            loop.schedule(this::expire, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void expire() {
        ticking = false;
        long now = clock.millis();
        for (ServerLink link : links) {
            link.expire(now, EXPIRED_MAX);
        }
        for (Backlog backlog : backlogs.values()) {
            for (@Nullable Exchange due = backlog.pollDue(now); due != null; due = backlog.pollDue(now)) {
                tellUnanswered(due, BUSY);
            }
        }
        drain();
        if (links.stream().anyMatch(link -> link.inFlight() > 0)
                || backlogs.values().stream().anyMatch(Backlog::isWaiting)) {
            tick();
        }
    }

    /** Looks after servers of which nothing was heard. */
    private void watch() {
        long now = clock.millis();
        for (ServerLink link : links) {
            link.watch(now);
            if (link.inFlight() > 0) {
                tick();
            }
        }
    }

    /** Answers what is in flight, ends the thread and waits for its end. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        loop.execute(() -> {
            for (ServerLink link : links) {
                List<Exchange> waiting = link.evict();
                link.close();
                waiting.forEach(exchange -> moveOn(link, exchange));
            }
            links = List.of();
            drain();
        });
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
