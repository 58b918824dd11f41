package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.linux.Sighting.Point;
import sluice.loop.Closer;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketSocket;
import sluice.platform.api.HardwareProfile;

/**
 * Packet sockets on all access and core interfaces that see the frames of one trace. For one thread.
 *
 * @param all in the order of the profile, access first
 */
record Taps(List<Tap> all) implements AutoCloseable {

    private static final int FRAMES_MAX = 256;

    /** One of them. */
    record Tap(PacketSocket socket, boolean core) {}

    /** Takes a frame. */
    interface Listener {
        void onSighting(Sighting sighting);
    }

    /** Opened in the network namespace of the thread. */
    static Taps open(HardwareProfile hardware, TraceRequest request) throws KernelException {
        Closer closer = new Closer();
        List<Tap> taps = new ArrayList<>();
        try {
            for (int port = 0; port < hardware.access().size(); port++) {
                NetworkDevice device = NetworkDevice.of(hardware.access().get(port));
                var filter = TraceFilter.access(request, port == request.line().port());
                taps.add(new Tap(closer.add(PacketSocket.tap(device, filter)), false));
            }
            for (String name : hardware.core()) {
                var filter = TraceFilter.core(request);
                taps.add(new Tap(closer.add(PacketSocket.tap(NetworkDevice.of(name), filter)), true));
            }
            return new Taps(taps);
        } catch (KernelException refusal) {
            throw closer.closeAfter(refusal);
        }
    }

    /** Hands over what was seen; says how much. */
    int poll(Listener listener) {
        int done = 0;
        for (Tap tap : all) {
            done += tap.socket()
                    .watch(
                            (time, leaving, memory, offset, captured, length) -> listener.onSighting(new Sighting(
                                    time,
                                    point(tap.core(), leaving),
                                    length,
                                    Bytes.copyOf(
                                            memory.asSlice(offset, captured).asByteBuffer()))),
                            FRAMES_MAX);
        }
        return done;
    }

    private static Point point(boolean core, boolean leaving) {
        if (core) {
            return leaving ? Point.CORE_OUT : Point.CORE_IN;
        }
        return leaving ? Point.LINE_OUT : Point.LINE_IN;
    }

    /** Frames that found no room. */
    long lost() throws KernelException {
        long lost = 0;
        for (Tap tap : all) {
            lost += tap.socket().lost();
        }
        return lost;
    }

    @Override
    public void close() throws KernelException {
        for (Tap tap : all) {
            tap.socket().close();
        }
    }
}
