package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketSocket;
import sluice.testkit.Namespace;

/** A far end: a raw socket, and the program without which its veth takes no redirected frames. */
final class Station implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMillis(100);
    static final int TRIES = 50;

    private final PacketSocket socket;
    private final int link;
    private final List<Bytes> received = new ArrayList<>();
    private final MemorySegment waiting = Arena.ofAuto().allocate(8, 8);

    Station(Namespace namespace, String device, int program) throws Exception {
        NetworkDevice found = namespace.call(() -> NetworkDevice.of(device));
        link = namespace.call(() -> Bpf.attach(program, found.ifindex(), Bpf.XDP_NATIVE));
        socket = namespace.call(() -> new PacketSocket(found, 0));
        waiting.set(ValueLayout.JAVA_INT, 0, socket.descriptor());
        waiting.set(ValueLayout.JAVA_SHORT, 4, Libc.POLLIN);
    }

    void send(Bytes frame) {
        assertThat(socket.send(frame)).isTrue();
    }

    /** Whether this very frame comes. */
    boolean receives(Bytes frame) throws KernelException {
        for (int i = 0; i < TRIES; i++) {
            drain();
            if (received.contains(frame)) {
                return true;
            }
            Libc.poll(waiting, 1, (int) PATIENCE.toMillis());
        }
        return false;
    }

    void drain() {
        socket.poll((port, memory, offset, length) -> received.add(copy(memory, offset, length)), 64);
    }

    /** How often this very frame came, when no more come. */
    long count(Bytes frame) throws KernelException {
        do {
            Libc.poll(waiting, 1, (int) PATIENCE.toMillis());
        } while (socket.poll((port, memory, offset, length) -> received.add(copy(memory, offset, length)), 64) > 0);
        return received.stream().filter(frame::equals).count();
    }

    @Override
    public void close() throws KernelException {
        socket.close();
        Libc.close(link);
    }

    /** What a socket showed. */
    static Bytes copy(MemorySegment memory, long offset, int length) {
        return Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer());
    }
}
