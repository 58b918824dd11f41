package sluice.dataplane.linux;

import java.lang.foreign.MemorySegment;
import sluice.dataplane.api.FrameSource.FrameHandler;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;
import sluice.packet.io.PuntSocket;

/**
 * A socket that hands over what the guard admits, without tags that name no VLAN. What it does not is read all the
 * same, and counts as a frame that was handed over: reading is what empties the ring.
 */
final class GuardedSocket implements PuntSocket {

    private final PuntSocket socket;
    private final PuntGuard guard;
    private final MonotonicClock clock;
    private final PuntedFrame frame = new PuntedFrame();
    private final FrameHandler hearing = this::hear;
    private FrameHandler handler = hearing;
    private long now;

    /** Takes charge of the socket. */
    GuardedSocket(PuntSocket socket, PuntGuard guard, MonotonicClock clock) {
        this.socket = socket;
        this.guard = guard;
        this.clock = clock;
    }

    @Override
    public int poll(FrameHandler wanting, int max) {
        handler = wanting;
        now = clock.nanos();
        return socket.poll(hearing, max);
    }

    private void hear(int port, MemorySegment memory, long offset, int length) {
        int taken = PriorityTags.takeOff(memory, offset, length);
        frame.wrap(port, memory, offset + taken, length - taken);
        if (guard.admits(frame, now)) {
            handler.onFrame(port, memory, offset + taken, length - taken);
        }
    }

    @Override
    public int descriptor() {
        return socket.descriptor();
    }

    @Override
    public long lost() throws KernelException {
        return socket.lost();
    }

    @Override
    public boolean send(Bytes bytes) {
        return socket.send(bytes);
    }

    @Override
    public void flush() {
        socket.flush();
    }

    @Override
    public void close() throws KernelException {
        socket.close();
    }
}
