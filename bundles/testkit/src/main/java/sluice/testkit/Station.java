package sluice.testkit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketSocket;

/** The far end of a link: sends raw frames and keeps those that come. */
public final class Station implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 100;
    private static final int TRIES = 50;
    private static final int FRAMES_MAX = 4096;

    private final PacketSocket socket;
    private final List<Bytes> received = new ArrayList<>();
    private final MemorySegment waiting = Arena.ofAuto().allocate(8, 8);

    /** On a device of the namespace. */
    public Station(Namespace namespace, String device) throws Exception {
        socket = namespace.call(() -> new PacketSocket(NetworkDevice.of(device), 0));
        waiting.set(JAVA_INT, 0, socket.descriptor());
        waiting.set(JAVA_SHORT, 4, Libc.POLLIN);
    }

    /** Sends a frame now. */
    public void send(Bytes frame) {
        if (!socket.send(frame)) {
            throw new AssertionError("the frame did not leave");
        }
    }

    /** Whether such a frame is there or comes in time. */
    public boolean receives(Predicate<Bytes> wanted) throws KernelException {
        for (int i = 0; i < TRIES; i++) {
            drain();
            if (received.stream().anyMatch(wanted)) {
                return true;
            }
            await(PATIENCE_MILLIS);
        }
        return false;
    }

    /** How many such frames have come. */
    public long count(Predicate<Bytes> wanted) {
        drain();
        return received.stream().filter(wanted).count();
    }

    /** Waits until a frame is there or the time is over. */
    public void await(int millis) throws KernelException {
        Libc.poll(waiting, 1, millis);
    }

    /** Takes the frames that have come. */
    public void drain() {
        socket.poll(
                (port, memory, offset, length) ->
                        received.add(Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer())),
                FRAMES_MAX);
    }

    /** Forgets the frames that have come. */
    public void forget() {
        drain();
        received.clear();
    }

    @Override
    public void close() throws KernelException {
        socket.close();
    }
}
