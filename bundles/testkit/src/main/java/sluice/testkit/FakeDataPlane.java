package sluice.testkit;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.dataplane.api.LeaseOffload;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;

/**
 * A data plane in memory: keeps entries and counters by address as the real one does, also over a "restart" of the
 * engine that uses it. Frames that a test {@link #receive}s are punted, frames that the engine sends are {@link #sent}.
 * Safe for any thread.
 */
public final class FakeDataPlane implements DataPlane, FrameSource, FrameSink {

    /** An entry is known by its address, one without an address by its session. */
    private record Key(Ip4 address, long session) implements Comparable<Key> {

        static Key of(long session, Ip4 address) {
            return new Key(address, address.equals(Ip4.ANY) ? session : 0);
        }

        @Override
        public int compareTo(Key other) {
            int order = address.compareTo(other.address);
            return order != 0 ? order : Long.compare(session, other.session);
        }
    }

    private final Map<Key, Slot> slots = new TreeMap<>();
    private final List<NetworkEntry> networks = new ArrayList<>();
    private final BlockingQueue<Frame> punted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Frame> sent = new LinkedBlockingQueue<>();
    private Optional<DataPlaneException.Reason> failure = Optional.empty();

    private final LeaseOffload leases;

    /** One that answers nobody by itself. */
    public FakeDataPlane() {
        this(LeaseOffload.NONE);
    }

    /** One that answers clients for these leases. */
    public FakeDataPlane(LeaseOffload leases) {
        this.leases = leases;
    }

    private static final class Slot {
        private SubscriberEntry entry;
        private Traffic traffic = Traffic.NONE;
        private boolean stopped;

        Slot(SubscriberEntry entry) {
            this.entry = entry;
        }
    }

    @Override
    public synchronized void networks(List<NetworkEntry> all) {
        networks.clear();
        networks.addAll(all);
    }

    @Override
    public synchronized void install(SubscriberEntry entry) throws DataPlaneException {
        if (failure.isPresent()) {
            throw new DataPlaneException(failure.get(), "as the test wants");
        }
        Slot slot = slots.computeIfAbsent(Key.of(entry.session(), entry.address()), key -> new Slot(entry));
        if (slot.entry.session() != entry.session()) {
            throw new DataPlaneException(DataPlaneException.Reason.ADDRESS_IN_USE, entry.address() + " is installed");
        }
        slot.entry = entry;
        slot.stopped = false;
    }

    @Override
    public synchronized Optional<Traffic> stop(long session, Ip4 address) {
        Optional<Slot> slot = slot(session, address);
        slot.ifPresent(found -> found.stopped = true);
        return slot.map(found -> found.traffic);
    }

    @Override
    public synchronized Optional<Traffic> remove(long session, Ip4 address) {
        Optional<Slot> slot = slot(session, address);
        slot.ifPresent(found -> slots.remove(Key.of(session, address)));
        return slot.map(found -> found.traffic);
    }

    @Override
    public synchronized Optional<Traffic> read(long session, Ip4 address) {
        return slot(session, address).map(found -> found.traffic);
    }

    @Override
    public synchronized List<SubscriberEntry> entries() {
        return slots.values().stream().map(slot -> slot.entry).toList();
    }

    @Override
    public LeaseOffload leases() {
        return leases;
    }

    /** The networks as last said. */
    public synchronized List<NetworkEntry> networks() {
        return List.copyOf(networks);
    }

    /** Packets pass: adds to the counters of the address, unless it is stopped. */
    public synchronized void pass(Ip4 address, Traffic more) {
        pass(Key.of(0, address), more);
    }

    /** Packets of a session without an address pass. */
    public synchronized void pass(long session, Traffic more) {
        pass(Key.of(session, Ip4.ANY), more);
    }

    private void pass(Key key, Traffic more) {
        Slot slot = slots.get(key);
        if (slot != null && !slot.stopped) {
            slot.traffic = slot.traffic.plus(more);
        }
    }

    /** Whether packets of the address pass. */
    public synchronized boolean passes(Ip4 address) {
        Slot slot = slots.get(Key.of(0, address));
        return slot != null && !slot.stopped;
    }

    /** The machine was restarted: everything is gone. */
    public synchronized void forgetAll() {
        slots.clear();
        networks.clear();
    }

    /** From now on nothing can be installed for this reason. */
    public synchronized void fail(DataPlaneException.Reason reason) {
        failure = Optional.of(reason);
    }

    /** Entries can be installed again. */
    public synchronized void heal() {
        failure = Optional.empty();
    }

    /** A frame comes from a subscriber. */
    public void receive(Frame frame) {
        punted.add(frame);
    }

    /** The next frame that the engine sends, empty when none comes in time. */
    public Optional<Frame> sent(Duration wait) throws InterruptedException {
        return Optional.ofNullable(sent.poll(wait.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public int poll(FrameHandler handler, int max) {
        int handed = 0;
        while (handed < max) {
            Frame frame = punted.poll();
            if (frame == null) {
                break;
            }
            byte[] bytes = frame.bytes().toArray();
            handler.onFrame(frame.port(), MemorySegment.ofArray(bytes), 0, bytes.length);
            handed++;
        }
        return handed;
    }

    @Override
    public synchronized void await(Duration limit) {
        try {
            if (punted.isEmpty()) {
                TimeUnit.MILLISECONDS.timedWait(this, Math.min(1, limit.toMillis()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void wake() {
        notifyAll();
    }

    @Override
    public boolean send(Frame frame) {
        return sent.add(frame);
    }

    @Override
    public void flush() {
        // what was sent is there at once
    }

    private Optional<Slot> slot(long session, Ip4 address) {
        return Optional.ofNullable(slots.get(Key.of(session, address))).filter(slot -> slot.entry.session() == session);
    }
}
