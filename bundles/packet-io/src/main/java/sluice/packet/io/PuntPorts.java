package sluice.packet.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.net.Bytes;
import sluice.net.MacAddress;
import sluice.platform.api.CounterSet;

/**
 * All access ports' sockets as one source and one sink. A poll that is under way ends before {@link #close} takes the
 * sockets away; afterwards nothing comes and nothing is taken.
 */
public final class PuntPorts implements FrameSource, FrameSink, AutoCloseable {

    private static final int POLLFD_BYTES = 8;
    private static final int SOURCE_AT = MacAddress.LENGTH;

    private final List<Port> ports;
    private final List<PuntSocket> sockets;
    private final CounterSet<PuntCounter> counters = new CounterSet<>(PuntCounter.class);
    private final Arena arena = Arena.ofShared();
    private final int bell;
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
    private final MemorySegment rung = arena.allocate(JAVA_LONG);
    private final MemorySegment descriptors;

    /** Held while frames are handed over or waited for. */
    private final ReentrantLock receiving = new ReentrantLock();

    /** Read by whoever sends, written by the end. */
    private final ReentrantReadWriteLock sending = new ReentrantReadWriteLock();

    private volatile boolean closed;
    private int next;

    /**
     * An access port.
     *
     * @param mac its own address
     * @param sockets the first of them sends
     */
    public record Port(MacAddress mac, List<PuntSocket> sockets) {
        public Port {
            sockets = List.copyOf(sockets);
        }
    }

    /** Takes charge of the ports' sockets. */
    public PuntPorts(List<Port> ports) throws KernelException {
        this.ports = List.copyOf(ports);
        this.sockets = ports.stream().flatMap(port -> port.sockets().stream()).toList();
        this.bell = Libc.eventfd();
        this.descriptors = arena.allocate((long) POLLFD_BYTES * (sockets.size() + 1), Long.BYTES);
        for (int i = 0; i <= sockets.size(); i++) {
            int fd = i == 0 ? bell : sockets.get(i - 1).descriptor();
            descriptors.set(JAVA_INT, (long) i * POLLFD_BYTES, fd);
            descriptors.set(JAVA_SHORT, (long) i * POLLFD_BYTES + 4, Libc.POLLIN);
        }
    }

    @Override
    public int poll(FrameHandler handler, int max) {
        receiving.lock();
        try {
            if (closed) {
                return 0;
            }
            int done = 0;
            for (int i = 0; i < sockets.size() && done < max; i++) {
                done += sockets.get(next).poll(handler, max - done);
                next = (next + 1) % sockets.size();
            }
            if (done > 0) {
                counters.add(PuntCounter.RECEIVED, done);
            }
            return done;
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public void await(Duration limit) {
        receiving.lock();
        try {
            if (closed) {
                return;
            }
            int millis = Math.clamp(limit.toMillis(), 0, Integer.MAX_VALUE);
            Libc.poll(descriptors, sockets.size() + 1, millis);
            if ((descriptors.get(JAVA_SHORT, 6) & Libc.POLLIN) != 0) {
                Libc.read(bell, rung);
            }
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        } finally {
            receiving.unlock();
        }
    }

    @Override
    public void wake() {
        sending.readLock().lock();
        try {
            if (!closed) {
                ring();
            }
        } finally {
            sending.readLock().unlock();
        }
    }

    private void ring() {
        try {
            Libc.write(bell, one);
        } catch (KernelException refusal) {
            if (refusal.errno() != KernelException.EAGAIN) { // else it rings already, 2^64 times
                throw new IllegalStateException(refusal);
            }
        }
    }

    @Override
    public boolean send(Frame frame) {
        sending.readLock().lock();
        try {
            if (closed
                    || frame.port() >= ports.size()
                    || ports.get(frame.port()).sockets().isEmpty()) {
                counters.count(PuntCounter.UNKNOWN_PORT);
                return false;
            }
            Port port = ports.get(frame.port());
            boolean taken = port.sockets().getFirst().send(fromPort(frame.bytes(), port.mac()));
            counters.count(taken ? PuntCounter.SENT : PuntCounter.RING_FULL);
            return taken;
        } finally {
            sending.readLock().unlock();
        }
    }

    @Override
    public void flush() {
        sending.readLock().lock();
        try {
            if (closed) {
                return;
            }
            for (Port port : ports) {
                if (!port.sockets().isEmpty()) {
                    port.sockets().getFirst().flush();
                }
            }
        } finally {
            sending.readLock().unlock();
        }
    }

    /** The frame with the port's own address where its source is all zero. */
    private static Bytes fromPort(Bytes frame, MacAddress mac) {
        if (frame.length() < SOURCE_AT + MacAddress.LENGTH) {
            return frame;
        }
        for (int i = SOURCE_AT; i < SOURCE_AT + MacAddress.LENGTH; i++) {
            if (frame.at(i) != 0) {
                return frame;
            }
        }
        byte[] complete = frame.toArray();
        mac.toBytes().writeTo(complete, SOURCE_AT);
        return Bytes.adopt(complete);
    }

    /** How many frames for the control plane were lost because it did not keep up, since it is there. */
    public long lost() throws KernelException {
        sending.readLock().lock();
        try {
            long lost = 0;
            for (PuntSocket socket : closed ? List.<PuntSocket>of() : sockets) {
                lost += socket.lost();
            }
            return lost;
        } finally {
            sending.readLock().unlock();
        }
    }

    public CounterSet<PuntCounter> counters() {
        return counters;
    }

    @Override
    public void close() throws KernelException {
        closed = true;
        ring();
        receiving.lock();
        sending.writeLock().lock();
        try {
            for (PuntSocket socket : sockets) {
                socket.close();
            }
            Libc.close(bell);
            arena.close();
        } finally {
            sending.writeLock().unlock();
            receiving.unlock();
        }
    }
}
