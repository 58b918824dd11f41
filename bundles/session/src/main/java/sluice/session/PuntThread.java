package sluice.session;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.FrameSource;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Table;
import sluice.session.api.AccessProtocol;
import sluice.session.api.SessionKey;

/**
 * Takes frames from the data plane and hands each to the shard of its session: one thread, one copy of the frame. What
 * is too much for one line, malformed, or nobody's is counted here and costs the shards nothing.
 */
final class PuntThread implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PuntThread.class);

    private static final int POLL_MAX = 64;
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final Duration JOIN = Duration.ofSeconds(5);

    private final FrameSource source;
    private final Protocols protocols;
    private final List<SessionShard> shards;
    private final CounterSet<SessionCounter> counters;
    private final MonotonicClock clock;
    private final LineLimiter limiter;
    private final FrameSummary summary = new FrameSummary();
    private final Reasons malformed = new Reasons();
    private final Thread thread;
    private volatile boolean closed;

    PuntThread(
            FrameSource source,
            Protocols protocols,
            List<SessionShard> shards,
            SessionSettings settings,
            CounterSet<SessionCounter> counters,
            MonotonicClock clock) {
        this.source = source;
        this.protocols = protocols;
        this.shards = shards;
        this.counters = counters;
        this.clock = clock;
        limiter = new LineLimiter(settings.framesPerSecond(), clock.nanos());
        thread = new Thread(this::run, "sluice-session-punt");
    }

    PuntThread start() {
        thread.start();
        return this;
    }

    /** Malformed frames by reason. */
    Table malformedTable() {
        return malformed.table();
    }

    private void run() {
        while (!closed) {
            try {
                if (source.poll(this::onFrame, POLL_MAX) == 0) {
                    source.await(WAIT);
                }
            } catch (RuntimeException e) {
                counters.count(SessionCounter.STEP_FAILED);
                LOG.error("Taking a frame from the data plane failed; this is a defect, report it", e);
            }
        }
    }

    private void onFrame(int port, MemorySegment memory, long offset, int length) {
        counters.count(SessionCounter.FRAMES);
        summary.read(memory, offset, length);
        Optional<AccessProtocol> protocol = protocols.accepting(summary.kind());
        if (protocol.isEmpty()) {
            counters.count(SessionCounter.DROP_NO_PROTOCOL);
            return;
        }
        if (!limiter.admits(summary.line(port), clock.nanos())) {
            counters.count(SessionCounter.DROP_LINE_RATE);
            return;
        }
        byte[] copy = new byte[length];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
        handOver(protocol.get(), new Frame(port, Bytes.adopt(copy)));
    }

    private void handOver(AccessProtocol protocol, Frame frame) {
        try {
            SessionKey key = protocol.keyOf(frame);
            SessionShard shard = shards.get(Math.floorMod(key.shardHash(), shards.size()));
            if (!shard.inbox().offer(Mail.FRAMES, new Mail.Arrived(protocol, key, frame))) {
                counters.count(SessionCounter.DROP_SHARD_FULL);
            }
        } catch (MalformedPacket e) {
            counters.count(SessionCounter.DROP_MALFORMED);
            malformed.count(protocol.name() + ": " + e.reason().label());
        }
    }

    /** Ends the thread and waits for it. */
    @Override
    public void close() {
        closed = true;
        source.wake();
        try {
            if (thread.isAlive() && !thread.join(JOIN)) {
                LOG.error("The punt thread hangs in the data plane; restart the appliance");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
