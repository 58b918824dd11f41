package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.loop.Agent;
import sluice.loop.Bell;
import sluice.loop.Idle;
import sluice.loop.Loop;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The traces that are going on. A thread reads the programs' ring as long as there is one, and hands every frame to the
 * traces that want it.
 *
 * <pre>
 * struct trace_event: time u64 | trail u64 | traces u32 | way u16 | snap u16 | length u32 | captured u32 | bytes
 * </pre>
 *
 * Safe for any thread.
 */
final class Traces implements AutoCloseable {

    static final int TRAIL_AT = 8;
    static final int TRACES_AT = 16;
    static final int WAY_AT = 20;
    static final int LENGTH_AT = 24;
    static final int CAPTURED_AT = 28;
    static final int HEAD_BYTES = 32;

    private static final long DRAIN_MILLIS = 5;
    private static final int DRAIN_MAX = 256;
    private static final List<String> SENT = List.of("sent by the control plane");

    private final MappedMemory memory;
    private final TraceTable table;
    private final RingBuffer ring;
    private final Supplier<GatewaySettings> settings;
    private final InstantSource clock;
    private final AtomicReferenceArray<Optional<OpenTrace>> open = new AtomicReferenceArray<>(TraceTable.TRACES);

    /** How many are open; what the transmit path looks at. */
    private volatile int active;

    /** The reader of the ring; empty while there is nothing to read. Guarded by this. */
    private Optional<Loop> reader = Optional.empty();

    /** Ends what an earlier control plane traced. */
    Traces(MappedMemory memory, RingBuffer ring, Supplier<GatewaySettings> settings, InstantSource clock) {
        this.memory = memory;
        this.table = new TraceTable(memory.memory());
        this.ring = ring;
        this.settings = settings;
        this.clock = clock;
        for (int slot = 0; slot < TraceTable.TRACES; slot++) {
            open.set(slot, Optional.empty());
        }
    }

    /** The traces of an object in the kernel. */
    static Traces of(LoadedObject loaded, Supplier<GatewaySettings> settings, InstantSource clock)
            throws KernelException {
        MappedMemory memory = MappedMemory.of(loaded.map("tracing"));
        try {
            return new Traces(memory, new RingBuffer(loaded.map("trace_frames")), settings, clock);
        } catch (KernelException refusal) {
            memory.close();
            throw refusal;
        }
    }

    /** @throws DataPlaneException when there are as many as there can be */
    synchronized Trace trace(TraceRequest request) throws DataPlaneException {
        int slot = 0;
        while (slot < TraceTable.TRACES && open.get(slot).isPresent()) {
            slot++;
        }
        if (slot == TraceTable.TRACES) {
            throw new DataPlaneException(
                    Reason.CAPACITY_REACHED, "there are " + TraceTable.TRACES + " traces already; end one of them");
        }
        try {
            long now = Libc.kernelNanos();
            int taken = slot;
            OpenTrace trace = new OpenTrace(
                    request, MonotonicClock.system(), now, clock.instant(), () -> table.lost(taken), () -> end(taken));
            open.set(slot, Optional.of(trace));
            table.put(
                    slot,
                    request,
                    ifindex(request.line().port()),
                    now + request.limit().toNanos());
            count(active + 1);
            return trace;
        } catch (KernelException refusal) {
            throw new DataPlaneException(Reason.KERNEL, String.valueOf(refusal.getMessage()));
        }
    }

    /** The device of an access port, 0 for none. */
    private int ifindex(int port) {
        List<GatewaySettings.Port> ports = settings.get().ports();
        return port < ports.size() ? ports.get(port).ifindex() : 0;
    }

    private synchronized void end(int slot) {
        table.end(slot);
        open.set(slot, Optional.empty());
        count(active - 1);
    }

    private void count(int traces) {
        active = traces;
        table.activate(traces);
        if (traces > 0 && reader.isEmpty()) {
            reader = Optional.of(newReader().start());
        } else if (traces == 0) {
            reader.ifPresent(Loop::close);
            reader = Optional.empty();
        }
    }

    private Loop newReader() {
        Agent drain = now -> ring.drain(this::onRecord, DRAIN_MAX);
        Idle idle = new Idle(0, DRAIN_MILLIS);
        return new Loop("sluice-dataplane-trace", MonotonicClock.system(), new Bell(), idle, List.of(drain));
    }

    private void onRecord(MemorySegment event) {
        int wanted = event.get(JAVA_INT, TRACES_AT);
        for (int slot = 0; slot < TraceTable.TRACES; slot++) {
            if ((wanted & 1 << slot) != 0) {
                open.get(slot)
                        .filter(trace -> trace.hadBegun(event.get(JAVA_LONG, 0)))
                        .ifPresent(trace -> trace.add(frame(event, trace)));
            }
        }
    }

    private static TracedFrame frame(MemorySegment event, OpenTrace trace) {
        List<Verdict> verdicts = verdicts(event.get(JAVA_LONG, TRAIL_AT));
        int captured =
                Math.min(event.get(JAVA_INT, CAPTURED_AT), trace.request().snap());
        return new TracedFrame(
                trace.time(event.get(JAVA_LONG, 0)),
                TracedFrame.Way.values()[event.get(JAVA_SHORT, WAY_AT)],
                verdicts.stream().map(Verdict::label).toList(),
                !verdicts.isEmpty() && verdicts.getLast().isDrop(),
                event.get(JAVA_INT, LENGTH_AT),
                Bytes.copyOf(event.asSlice(HEAD_BYTES, captured).asByteBuffer()));
    }

    /** The latest is in the lowest byte, each is one more than its id. */
    private static List<Verdict> verdicts(long trail) {
        List<Verdict> verdicts = new ArrayList<>();
        for (long rest = trail; rest != 0; rest >>>= 8) {
            Verdict.ofId((int) (rest & 0xff) - 1).ifPresent(verdicts::addFirst);
        }
        return verdicts;
    }

    /** Shows a frame that the control plane sends; the programs do not see it. */
    void sent(Frame frame) {
        if (active == 0) {
            return;
        }
        for (int slot = 0; slot < TraceTable.TRACES; slot++) {
            open.get(slot).filter(trace -> trace.isTo(frame)).ifPresent(trace -> {
                int snap = Math.min(frame.bytes().length(), trace.request().snap());
                trace.add(new TracedFrame(
                        clock.instant(),
                        TracedFrame.Way.TO_LINE,
                        SENT,
                        false,
                        frame.bytes().length(),
                        frame.bytes().slice(0, snap)));
            });
        }
    }

    /** Ends all of them. */
    @Override
    public void close() {
        for (int slot = 0; slot < TraceTable.TRACES; slot++) {
            open.get(slot).ifPresent(OpenTrace::close);
        }
        ring.close();
        memory.close();
    }
}
