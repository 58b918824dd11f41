package sluice.dataplane.xdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.VlanTag;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketSocket;
import sluice.testkit.Namespace;

/**
 * An access node that takes its time: it carries frames between a host and the trunk, puts the tags on and takes them
 * off, and holds each frame back for a while. This kernel has neither VLAN devices nor netem.
 */
final class DelayedLine implements AutoCloseable {

    private static final int MACS_BYTES = 12;
    private static final int BATCH = 256;
    private static final int HELD_MAX = 16_384;

    private final Closer closer = new Closer();
    private final Bytes tags;
    private final long delayNanos;
    private final AtomicBoolean ended = new AtomicBoolean();

    private record Held(long due, Bytes frame) {}

    /** One direction. */
    private static final class Way {
        private final PacketSocket from;
        private final PacketSocket to;
        private final Deque<Held> held = new ArrayDeque<>();

        Way(PacketSocket from, PacketSocket to) {
            this.from = from;
            this.to = to;
        }
    }

    /**
     * Begins to carry frames.
     *
     * @param access namespace of both devices
     * @param tags of the host's frames on the trunk
     */
    DelayedLine(Namespace access, String hostSide, String trunkSide, List<VlanTag> tags, long delayNanos)
            throws Exception {
        this.tags = tagBytes(tags);
        this.delayNanos = delayNanos;
        PacketSocket host = closer.add(access.call(() -> new PacketSocket(NetworkDevice.of(hostSide), 0)));
        PacketSocket trunk = closer.add(access.call(() -> new PacketSocket(NetworkDevice.of(trunkSide), 0)));
        Thread carrier =
                Thread.ofPlatform().name("delayed-line").start(() -> carry(new Way(host, trunk), new Way(trunk, host)));
        closer.add(() -> {
            ended.set(true);
            carrier.join();
        });
    }

    private static Bytes tagBytes(List<VlanTag> tags) {
        Bytes bytes = Bytes.EMPTY;
        for (VlanTag tag : tags) {
            bytes = bytes.plus(Bytes.of(tag.tpid() >> 8, tag.tpid() & 0xff, tag.tci() >> 8, tag.tci() & 0xff));
        }
        return bytes;
    }

    private void carry(Way up, Way down) {
        MemorySegment waiting = Arena.ofAuto().allocate(16, 8);
        List<PacketSocket> sockets = List.of(up.from, down.from);
        for (int i = 0; i < sockets.size(); i++) {
            waiting.set(ValueLayout.JAVA_INT, 8L * i, sockets.get(i).descriptor());
            waiting.set(ValueLayout.JAVA_SHORT, 8L * i + 4, Libc.POLLIN);
        }
        try {
            while (!ended.get()) {
                take(
                        up,
                        frame -> frame.slice(0, MACS_BYTES)
                                .plus(tags)
                                .plus(frame.slice(MACS_BYTES, frame.length() - MACS_BYTES)));
                int tagged = MACS_BYTES + tags.length();
                take(
                        down,
                        frame -> frame.length() > tagged
                                        && frame.slice(MACS_BYTES, tags.length())
                                                .equals(tags)
                                ? frame.slice(0, MACS_BYTES).plus(frame.slice(tagged, frame.length() - tagged))
                                : Bytes.EMPTY);
                release(up);
                release(down);
                Libc.poll(waiting, 2, up.held.isEmpty() && down.held.isEmpty() ? 10 : 1);
            }
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    private void take(Way way, UnaryOperator<Bytes> change) {
        long due = MonotonicClock.system().nanos() + delayNanos;
        way.from.poll(
                (port, memory, offset, length) -> {
                    Bytes frame = change.apply(
                            Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer()));
                    if (!frame.isEmpty() && way.held.size() < HELD_MAX) {
                        way.held.add(new Held(due, frame));
                    }
                },
                BATCH);
    }

    private static void release(Way way) {
        long now = MonotonicClock.system().nanos();
        while (!way.held.isEmpty() && way.held.peek().due() <= now) {
            way.to.send(way.held.remove().frame());
        }
    }

    @Override
    public void close() {
        closer.close();
    }
}
