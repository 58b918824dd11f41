package sluice.dataplane.xdp;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.loop.MonotonicClock;
import sluice.net.MacAddress;

/**
 * One trace between the thread that reads the ring and the operator's, who may be slow: then frames are counted only.
 */
final class OpenTrace implements Trace {

    private static final int WAITING_MAX = 8192;

    private final TraceRequest request;
    private final long begunNanos;
    private final Instant begun;
    private final MonotonicClock clock;
    private final long endNanos;
    private volatile Supplier<Loss> kernelLoss;
    private final Runnable end;
    private final BlockingQueue<TracedFrame> frames = new LinkedBlockingQueue<>(WAITING_MAX);
    private final AtomicLong refused = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param clock says when it is over
     * @param begunNanos when it began, on the programs' clock
     * @param begun the same for people
     * @param kernelLoss what the programs could not show
     * @param end what is to do at the end, once
     */
    OpenTrace(
            TraceRequest request,
            MonotonicClock clock,
            long begunNanos,
            Instant begun,
            Supplier<Loss> kernelLoss,
            Runnable end) {
        this.request = request;
        this.clock = clock;
        this.endNanos = clock.nanos() + request.limit().toNanos();
        this.begunNanos = begunNanos;
        this.begun = begun;
        this.kernelLoss = kernelLoss;
        this.end = end;
    }

    TraceRequest request() {
        return request;
    }

    /** A time of the programs' clock for people. */
    Instant time(long kernelNanos) {
        return begun.plusNanos(kernelNanos - begunNanos);
    }

    /** Says whether it was going on then; the ring may hold frames of an earlier one. */
    boolean hadBegun(long kernelNanos) {
        return kernelNanos >= begunNanos;
    }

    /** Says whether a frame that leaves the gateway goes to the traced subscriber. */
    boolean isTo(Frame frame) {
        return frame.port() == request.line().port()
                && frame.bytes().length() >= MacAddress.LENGTH
                && MacAddress.of(frame.bytes().slice(0, MacAddress.LENGTH)).equals(request.mac());
    }

    void add(TracedFrame frame) {
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
        Loss loss = kernelLoss.get();
        return new Loss(loss.overRate(), loss.overrun() + refused.get());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Loss last = kernelLoss.get();
            kernelLoss = () -> last; // the place in the kernel is another one's from now on
            end.run();
        }
    }
}
