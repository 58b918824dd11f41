package sluice.radius;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.MonotonicClock;
import sluice.loop.TimeHistogram;
import sluice.platform.api.CounterSet;
import sluice.radius.packet.PacketSignature;
import sluice.radius.packet.Packets;
import sluice.radius.packet.VerifiedPacket;

/**
 * One port of one server: sends requests there and takes the replies for them. Belongs to the request loop; counters,
 * latency and state may be read by any thread.
 */
final class ServerLink implements LinkTransport.Receiver {

    private static final Logger LOG = LoggerFactory.getLogger(ServerLink.class);

    private final ServerSettings server;
    private final RequestKind kind;
    private final Watcher watcher;
    private final MonotonicClock clock;
    private final InstantSource wall;
    private final RandomGenerator random;
    private final PacketSignature signature;
    private final LinkTransport transport;
    private final long statusMillis;
    private final Slots slots;
    private final Deadlines waiting = new Deadlines();
    private final LinkHealth health;
    private final CounterSet<LinkCounter> counters = new CounterSet<>(LinkCounter.class);
    private final ReplyCheck replies;
    private final TimeHistogram latency = new TimeHistogram();
    private final byte[] authenticator = new byte[Packets.AUTHENTICATOR];
    private volatile int inFlight;
    private long statusAt;
    private boolean asking;
    private long openedAt;

    /** Decides what becomes of requests, on the loop. */
    interface Watcher {

        /** The exchange is over; {@code verdict} tells whoever asked. */
        void answered(Exchange exchange, Runnable verdict);

        /** No reply came in time; the exchange waits for nothing any more. */
        void timedOut(ServerLink link, Exchange exchange);

        /** Nobody listens there. */
        void portUnreachable(ServerLink link);

        /** It can be used now. */
        void opened(ServerLink link);

        /** Its connection broke, or could not be made. */
        void lost(ServerLink link, boolean broken);
    }

    ServerLink(
            ServerSettings server,
            RequestKind kind,
            LoopSettings settings,
            EventLoop loop,
            Watcher watcher,
            MonotonicClock clock,
            InstantSource wall,
            RandomGenerator random) {
        this.server = server;
        this.kind = kind;
        this.watcher = watcher;
        this.clock = clock;
        this.wall = wall;
        this.random = random;
        this.signature = new PacketSignature(server.secret());
        this.slots = new Slots(server.tls().isPresent() ? 1 : settings.sockets());
        this.replies = new ReplyCheck(server, kind, signature, slots, clock);
        this.statusMillis = settings.statusTime().toMillis();
        this.statusAt = clock.millis() - statusMillis;
        this.health = new LinkHealth(settings.deadTime().toMillis());
        InetSocketAddress address = new InetSocketAddress(server.host(), kind.port(server));
        this.transport = server.tls().isPresent()
                ? new LinkStream(loop, address, settings.source(), server.tls().get(), this)
                : new LinkSockets(loop, address, settings.source(), settings.sockets(), this);
    }

    void open() {
        transport.open();
    }

    /** Waits until it can be used, or cannot for now. Any thread but the loop. */
    void awaitFirstAttempt() throws InterruptedException {
        transport.awaitFirstAttempt();
    }

    ServerSettings server() {
        return server;
    }

    RequestKind kind() {
        return kind;
    }

    LinkHealth health() {
        return health;
    }

    boolean isOpen() {
        return transport.isOpen();
    }

    /** Whether it takes one more request. */
    boolean hasRoom() {
        return slots.hasFree()
                && transport.isWritable()
                && (server.inFlightMax() == 0 || inFlight < server.inFlightMax());
    }

    /** Whether a connection broke and is being made again. */
    boolean isConnecting() {
        return transport.isReliable() && !transport.isOpen() && !health.isDown();
    }

    /** Asks whether the server is there when that is due: while it is down, or nothing came from it for a while. */
    void watch(long now) {
        boolean due = statusMillis > 0 && now - statusAt >= statusMillis;
        if (!due || asking || !isOpen() || !hasRoom()) {
            return;
        }
        if (health.isDown() || !health.answeredSince(clock.nanos() - statusMillis * 1_000_000)) {
            statusAt = now;
            asking = transmit(new Exchange(RequestDraft.status(), Completion.NOTHING));
        }
    }

    /** A Status-Server came to nothing; whether that says something: a server need not know of it. */
    boolean isTellingSilence(Exchange exchange) {
        return health.answersStatus() && !health.answeredSince(exchange.firstSentAt);
    }

    /** Whether the exchange may be sent there once more. A server that is down gets every request once. */
    boolean mayRepeat(Exchange exchange) {
        return !transport.isReliable() && exchange.tries < (health.isDown() ? 1 : server.tries());
    }

    /**
     * Sends the request, the first time or again. Again means the same bytes under the same identifier (RFC 2865, 2.5),
     * unless Acct-Delay-Time changed (RFC 2866, 5.2).
     *
     * @return false when there is no identifier left; nothing was sent then
     */
    boolean transmit(Exchange exchange) {
        boolean first = exchange.tries == 0;
        boolean changed = exchange.draft.delayed(wall.instant());
        if ((first || changed) && !seal(exchange)) {
            return false;
        }
        exchange.sentAt = clock.nanos(); // before it leaves: the reply may be faster than this thread
        exchange.deadline =
                clock.millis() + server.timeout().toMillis() * (transport.isReliable() ? server.tries() : 1);
        if (first) {
            exchange.firstSentAt = exchange.sentAt;
        }
        exchange.tries++;
        if (exchange.draft.isStatus()) {
            counters.count(LinkCounter.STATUS_SENT);
        } else {
            counters.count(first ? LinkCounter.REQUESTS : LinkCounter.SENT_AGAIN);
        }
        int slot = exchange.lastSlot();
        transport.send(Slots.socketOf(slot), exchange.draft.packet());
        waiting.append(exchange);
        inFlight = waiting.size();
        return true;
    }

    /** Gives the request an identifier and signs it; false when there is no identifier left. */
    private boolean seal(Exchange exchange) {
        int slot = slots.acquire(exchange);
        if (slot < 0) {
            counters.count(LinkCounter.NO_ROOM);
            return false;
        }
        exchange.addSlot(slot);
        byte[] packet = exchange.draft.packet();
        packet[Packets.ID_AT] = (byte) Slots.idOf(slot);
        if (!exchange.draft.isAccounting()) {
            random.nextBytes(authenticator);
            System.arraycopy(authenticator, 0, packet, Packets.AUTHENTICATOR_AT, Packets.AUTHENTICATOR);
            RequestDraft draft = exchange.draft;
            signature.sealAccess(packet, draft.messageAuthenticatorAt(), draft.passwordAt(), draft.password());
        } else {
            signature.sealRequest(packet, -1);
        }
        System.arraycopy(packet, Packets.AUTHENTICATOR_AT, slots.authenticator(slot), 0, Packets.AUTHENTICATOR);
        return true;
    }

    @Override
    public void received(int socket, byte[] datagram, int size) {
        replies.check(socket, datagram, size).ifPresent(reply -> {
            accept(reply.exchange(), reply.packet());
            watcher.answered(reply.exchange(), reply.verdict());
        });
    }

    private void accept(Exchange exchange, VerifiedPacket reply) {
        long now = clock.nanos();
        latency.record(now - exchange.sentAt);
        counters.count(
                exchange.draft.isStatus()
                        ? LinkCounter.STATUS_ANSWERED
                        : switch (reply.code()) {
                            case Packets.ACCESS_ACCEPT -> LinkCounter.ACCEPTS;
                            case Packets.ACCESS_REJECT -> LinkCounter.REJECTS;
                            case Packets.ACCESS_CHALLENGE -> LinkCounter.CHALLENGES;
                            default -> LinkCounter.ACCOUNTED;
                        });
        if (health.answered(now)) {
            LOG.info("RADIUS {} answers again", this);
        }
        if (exchange.draft.isStatus()) {
            health.answeredStatus();
        }
        forget(exchange, true);
    }

    @Override
    public void portUnreachable() {
        counters.count(LinkCounter.PORT_UNREACHABLE);
        watcher.portUnreachable(this);
    }

    @Override
    public void sendFailed() {
        counters.count(LinkCounter.SEND_FAILED);
    }

    @Override
    public void opened() {
        openedAt = clock.nanos();
        statusAt = clock.millis() - statusMillis; // a connection says nothing yet: over TLS 1.3 we may still be refused
        watcher.opened(this);
    }

    @Override
    public void lost(boolean broken) {
        if (broken) {
            counters.count(LinkCounter.CONNECTION_LOST);
        }
        watcher.lost(this, broken);
    }

    /** Tells the watcher of exchanges whose time is over, at most so many. */
    void expire(long now, int max) {
        for (int i = 0; i < max; i++) {
            @Nullable Exchange due = waiting.pollDue(now);
            if (due == null) {
                break;
            }
            inFlight = waiting.size();
            counters.count(LinkCounter.TIME_OUTS);
            watcher.timedOut(this, due);
        }
    }

    /** Lets go of an exchange that is not among the waiting ones any more, for another server. */
    void giveUp(Exchange exchange) {
        asking &= !exchange.draft.isStatus();
        slots.release(exchange, false);
        exchange.leave(this);
    }

    /** The same when the server is not to blame, so that it may be asked again. */
    void detach(Exchange exchange) {
        slots.release(exchange, false);
        exchange.detach();
    }

    private void forget(Exchange exchange, boolean answered) {
        asking &= !exchange.draft.isStatus();
        waiting.remove(exchange);
        inFlight = waiting.size();
        slots.release(exchange, answered);
    }

    /** Takes out everything that waits; who calls decides what becomes of it. */
    List<Exchange> evict() {
        List<Exchange> evicted = new ArrayList<>(waiting.size());
        for (@Nullable Exchange next = waiting.poll(); next != null; next = waiting.poll()) {
            evicted.add(next);
        }
        inFlight = 0;
        return evicted;
    }

    /** Gives a silent connection up, so that it is made anew; false when there is none. */
    boolean renew() {
        return transport.renew();
    }

    void close() {
        transport.close();
    }

    int inFlight() {
        return inFlight;
    }

    /** Since when it can be used, monotonic nanoseconds. */
    long openedAt() {
        return openedAt;
    }

    /** Nobody waits and every identifier is free. */
    boolean isIdle() {
        return waiting.size() == 0 && slots.isUnused();
    }

    CounterSet<LinkCounter> counters() {
        return counters;
    }

    CounterSet<RefusedReply> refusedReplies() {
        return replies.refused();
    }

    TimeHistogram latency() {
        return latency;
    }

    /** In the operator's words. */
    String state() {
        if (!transport.trouble().isEmpty()) {
            return (transport.isReliable() ? "not connected: " : "no socket: ") + transport.trouble();
        }
        return health.isDown() ? "down" : "up";
    }

    /** Name, service and address, for logs. */
    @Override
    public String toString() {
        return kind.of(server);
    }
}
