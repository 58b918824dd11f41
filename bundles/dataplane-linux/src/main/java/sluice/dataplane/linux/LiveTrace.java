package sluice.dataplane.linux;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.dataplane.linux.Sighting.Point;
import sluice.loop.Agent;
import sluice.loop.Bell;
import sluice.loop.Idle;
import sluice.loop.Loop;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;

/**
 * A trace that is going on. A thread of its own reads the taps until the time is over and puts what is to be shown into
 * a queue for the operator's, who may be slow: then frames are counted only.
 */
final class LiveTrace implements Trace, Agent {

    private static final int QUEUE_MAX = 8192;
    private static final long POLL_MILLIS = 5;
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final long BURST_NANOS = SECOND_NANOS / 10;

    private final TraceRequest request;
    private final Taps taps;
    private final Set<Ip4> gateways;
    private final Passages passages;
    private final PuntedFrame punted = new PuntedFrame();
    private final MonotonicClock clock;
    private final Consumer<LiveTrace> end;
    private final long endNanos;
    private final Loop loop;
    private final BlockingQueue<TracedFrame> frames = new LinkedBlockingQueue<>(QUEUE_MAX);
    private final AtomicLong overRate = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile long lost;
    private boolean tapped = true;
    private long turnMillis;

    /** When the next frame may be shown, nanoseconds of its own time less the burst. */
    private long due;

    /**
     * Takes charge of the taps.
     *
     * @param gateways addresses of this machine
     * @param end what is to do at the end, once
     */
    LiveTrace(
            TraceRequest request,
            Taps taps,
            Set<Ip4> gateways,
            long patienceMillis,
            MonotonicClock clock,
            Consumer<LiveTrace> end) {
        this.request = request;
        this.taps = taps;
        this.gateways = gateways;
        this.passages = new Passages(patienceMillis);
        this.clock = clock;
        this.end = end;
        this.endNanos = clock.nanos() + request.limit().toNanos();
        this.loop = new Loop("sluice-dataplane-trace", clock, new Bell(), new Idle(0, POLL_MILLIS), List.of(this));
    }

    void start() {
        loop.start();
    }

    TraceRequest request() {
        return request;
    }

    /** Says whether a frame that leaves the gateway goes to the traced subscriber. */
    boolean isTo(Frame frame) {
        return frame.port() == request.line().port()
                && frame.bytes().length() >= MacAddress.LENGTH
                && MacAddress.of(frame.bytes().slice(0, MacAddress.LENGTH)).equals(request.mac());
    }

    @Override
    public int turn(long now) {
        if (!tapped) {
            return 0;
        }
        turnMillis = now;
        int seen = taps.poll(this::see);
        try {
            lost = taps.lost();
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
        passages.tell(now, lost == 0, this::tell);
        if (isOver()) {
            end();
        }
        return seen;
    }

    /** Frames that are still on their way are not told of. */
    @Override
    public void end() {
        if (tapped) {
            tapped = false;
            try {
                taps.close();
            } catch (KernelException refusal) {
                throw new IllegalStateException(refusal);
            }
        }
    }

    private void see(Sighting sighting) {
        passages.see(sighting, sighting.point() == Point.LINE_IN ? known(sighting) : Optional.empty(), turnMillis);
    }

    /** What is not forwarded in any case. */
    private Optional<Outcome> known(Sighting sighting) {
        Bytes bytes = sighting.bytes();
        punted.wrap(0, MemorySegment.ofArray(bytes.toArray()), 0, bytes.length());
        return switch (punted.kind()) {
            case DHCP, ND -> Optional.of(Outcome.TO_CONTROL_PLANE);
            case ARP -> Optional.of(Outcome.TO_GATEWAY);
            default ->
                switch (sighting.etherType()) {
                    case EthernetFrame.IP4 ->
                        isForGateway(sighting.packet()) ? Optional.of(Outcome.TO_GATEWAY) : Optional.empty();
                    case EthernetFrame.IP6 -> Optional.empty();
                    default -> Optional.of(Outcome.NO_IP);
                };
        };
    }

    private boolean isForGateway(Bytes ip) {
        return ip.length() >= 20
                && gateways.contains(new Ip4(ip.at(16) << 24 | ip.at(17) << 16 | ip.at(18) << 8 | ip.at(19)));
    }

    private void tell(Sighting sighting, Outcome outcome) {
        if (isOverRate(sighting.time())) {
            overRate.incrementAndGet();
            return;
        }
        int captured = Math.min(sighting.bytes().length(), request.snap());
        TracedFrame.Way way = switch (sighting.point()) {
            case LINE_IN -> TracedFrame.Way.FROM_LINE;
            case LINE_OUT -> TracedFrame.Way.TO_LINE;
            default -> TracedFrame.Way.FROM_CORE;
        };
        Bytes bytes = sighting.bytes().slice(0, captured);
        show(new TracedFrame(
                sighting.time(), way, List.of(outcome.label()), outcome.isDrop(), sighting.length(), bytes));
    }

    private boolean isOverRate(Instant time) {
        long now = time.getEpochSecond() * SECOND_NANOS + time.getNano();
        long next = Math.max(due, now) + SECOND_NANOS / request.framesPerSecond();
        boolean over = next - now > Math.max(BURST_NANOS, SECOND_NANOS / request.framesPerSecond());
        due = over ? due : next;
        return over;
    }

    void show(TracedFrame frame) {
        if (!frames.offer(frame)) {
            refused.incrementAndGet();
        }
    }

    @Override
    public List<TracedFrame> next(Duration limit) throws InterruptedException {
        TracedFrame first = frames.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
        if (first == null) {
            return List.of();
        }
        List<TracedFrame> next = new ArrayList<>(List.of(first));
        frames.drainTo(next);
        return next;
    }

    @Override
    public boolean isOver() {
        return clock.nanos() - endNanos >= 0;
    }

    @Override
    public Loss lost() {
        return new Loss(overRate.get(), lost + refused.get());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            loop.close();
            end.accept(this);
        }
    }
}
