package sluice.dataplane.linux;

import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.loop.MonotonicClock;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;
import sluice.platform.api.HardwareProfile;

/** The traces that are going on. Safe for any thread. */
final class Traces implements AutoCloseable {

    /** At a time; each has a ring of 2 MB for every interface. */
    static final int TRACES = 4;

    private static final long PATIENCE_MILLIS = 300;

    private final HardwareProfile hardware;
    private final Supplier<List<NetworkEntry>> networks;
    private final long patienceMillis;
    private final MonotonicClock clock;
    private final InstantSource wall;
    private final List<LiveTrace> open = new CopyOnWriteArrayList<>();

    /**
     * None yet.
     *
     * @param networks whose gateways are this machine
     * @param queueMillis how long a packet may wait in a queue
     */
    Traces(
            HardwareProfile hardware,
            Supplier<List<NetworkEntry>> networks,
            int queueMillis,
            MonotonicClock clock,
            InstantSource wall) {
        this.hardware = hardware;
        this.networks = networks;
        this.patienceMillis = PATIENCE_MILLIS + queueMillis;
        this.clock = clock;
        this.wall = wall;
    }

    /** @throws DataPlaneException when there are as many as there can be, or the kernel refuses a socket */
    synchronized Trace trace(TraceRequest request) throws DataPlaneException {
        open.removeIf(LiveTrace::isOver);
        if (open.size() >= TRACES) {
            throw new DataPlaneException(
                    Reason.CAPACITY_REACHED, "there are " + TRACES + " traces already; end one of them");
        }
        Set<Ip4> gateways = networks.get().stream().map(NetworkEntry::gateway).collect(Collectors.toSet());
        try {
            Taps taps = Taps.open(hardware, request);
            LiveTrace trace = new LiveTrace(request, taps, gateways, patienceMillis, clock, open::remove);
            open.add(trace);
            trace.start();
            return trace;
        } catch (KernelException refusal) {
            DataPlaneException failure = new DataPlaneException(Reason.KERNEL, String.valueOf(refusal.getMessage()));
            failure.initCause(refusal);
            throw failure;
        }
    }

    /** Shows a frame that the control plane sends; it goes past the taps. */
    void sent(Frame frame) {
        for (LiveTrace trace : open) {
            if (trace.isTo(frame)) {
                int snap = Math.min(frame.bytes().length(), trace.request().snap());
                trace.show(new TracedFrame(
                        wall.instant(),
                        TracedFrame.Way.TO_LINE,
                        List.of(Outcome.BY_CONTROL_PLANE.label()),
                        false,
                        frame.bytes().length(),
                        frame.bytes().slice(0, snap)));
            }
        }
    }

    /** Ends all of them. */
    @Override
    public void close() {
        open.forEach(LiveTrace::close);
    }
}
