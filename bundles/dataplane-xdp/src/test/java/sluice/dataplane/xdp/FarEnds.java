package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.loop.Closer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketSocket;
import sluice.packet.io.PuntLimits;
import sluice.platform.api.HardwareProfile;
import sluice.testkit.Namespace;

/** A gateway in a network namespace of its own, a subscriber's end and a core's end, for numbered datagrams. */
final class FarEnds implements AutoCloseable {

    static final long SESSION = 0x1234_5678_9abc_def0L;
    static final Ip4 CORE_ROUTER = Ip4.parse("10.99.0.2");
    static final HardwareProfile HARDWARE =
            new HardwareProfile("test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0"), List.of("core0"));

    private static final Path PINS = Privileged.pins("ends");
    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final int TRIES = 100;
    private static final int NUMBER_BYTES = 8;
    private static final long MARK = 0x6e75_6d62_6572_6564L;
    private static final ValueLayout.OfLong NET_LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int NATIVE_MTU_MAX = 3000;

    private final Closer closer = new Closer();
    private final Namespace gateway;
    private final Namespace access;
    private final Namespace core;
    private final End subscriber;
    private final End server;
    private final MacAddress trunkMac;
    private final MacAddress coreMac;

    /** @param trunkMtu of the access link; native XDP on veth ends at 3.5 kB */
    FarEnds(int trunkMtu) throws Exception {
        this(trunkMtu, 1);
    }

    /** @param queues on which the access interface receives */
    FarEnds(int trunkMtu, int queues) throws Exception {
        Pins.remove(PINS);
        closer.add(() -> Pins.remove(PINS));
        gateway = closer.add(new Namespace("xdpe-gw"));
        access = closer.add(new Namespace("xdpe-acc").silent());
        core = closer.add(new Namespace("xdpe-core").silent());
        Namespace.connect(gateway, "trunk0", access, "acc0", trunkMtu, queues);
        Namespace.connect(gateway, "core0", core, "net0", 1500);
        gateway.ip("address", "add", "10.99.0.1/24", "dev", "core0");
        core.ip("address", "add", CORE_ROUTER + "/24", "dev", "net0");
        BpfObject object = BpfObject.ofBundle();
        LoadedObject peers =
                closer.add(new LoadedObject(object, new Pins(PINS.resolve("peers"), object.layoutVersion()), Map.of()));
        if (trunkMtu < NATIVE_MTU_MAX) {
            polled(access, "acc0", peers.program("peer"));
        } else {
            access.exec("ethtool", "-K", "acc0", "gro", "on"); // polled too
        }
        polled(core, "net0", peers.program("peer"));
        subscriber = closer.add(new End(access, "acc0"));
        server = closer.add(new End(core, "net0"));
        trunkMac = gateway.call(() -> NetworkDevice.of("trunk0")).mac();
        coreMac = gateway.call(() -> NetworkDevice.of("core0")).mac();
    }

    /** A veth takes redirected frames only with a program at its other end, or GRO. */
    private void polled(Namespace namespace, String device, int program) throws Exception {
        int link = namespace.call(
                () -> Bpf.attach(program, NetworkDevice.of(device).ifindex(), Bpf.XDP_NATIVE));
        closer.add(() -> Libc.close(link));
    }

    Namespace gateway() {
        return gateway;
    }

    Namespace access() {
        return access;
    }

    Namespace core() {
        return core;
    }

    MacAddress trunkMac() {
        return trunkMac;
    }

    MacAddress coreMac() {
        return coreMac;
    }

    End subscriber() {
        return subscriber;
    }

    End server() {
        return server;
    }

    Path pins() {
        return PINS.resolve("plane");
    }

    XdpSettings settings() {
        return new XdpSettings(List.of(CORE_ROUTER), pins(), XdpLinks.Mode.AUTO, 4096, PuntLimits.DEFAULT);
    }

    /** A data plane that knows the network of the subscriber, once it knows its next hop. */
    XdpDataPlane start() throws Exception {
        return start(TagStripping::byDriver);
    }

    /** The same with drivers that say this of VLAN tags. */
    XdpDataPlane start(TagStripping.Switch drivers) throws Exception {
        XdpDataPlane dataPlane = gateway.call(() -> new XdpDataPlane(HARDWARE, settings(), drivers));
        closer.add(dataPlane::close);
        dataPlane.networks(List.of(new NetworkEntry(Ip4Prefix.parse("10.64.0.0/22"), Packets.GATEWAY)));
        for (int i = 0; i < TRIES && nextHop(dataPlane).isEmpty(); i++) {
            dataPlane.await(PATIENCE);
            dataPlane.poll((port, memory, offset, length) -> {}, 64); // or the next wait ends at once
        }
        assertThat(nextHop(dataPlane)).isPresent();
        return dataPlane;
    }

    private static Optional<MacAddress> nextHop(XdpDataPlane dataPlane) {
        return dataPlane.subscribers().settings().cores().getFirst().nextHop();
    }

    static SubscriberEntry entry(Policer policer) {
        return new SubscriberEntry(
                SESSION, 0, Packets.DOUBLE, Packets.SUBSCRIBER_MAC, Packets.SUBSCRIBER, policer, policer);
    }

    /** From the subscriber, with a number at its end. */
    Bytes up(long number, int payload) {
        return Packets.ip(
                trunkMac,
                Packets.SUBSCRIBER_MAC,
                Packets.DOUBLE,
                numbered(Packets.SUBSCRIBER, Packets.SERVER, number, payload));
    }

    /** To the subscriber, with a number at its end. */
    Bytes down(long number, int payload) {
        return Packets.ip(
                coreMac,
                Packets.NEXT_HOP_MAC,
                Packets.UNTAGGED,
                numbered(Packets.SERVER, Packets.SUBSCRIBER, number, payload));
    }

    /** Sends numbered frames both ways, from 0 on, until it is stopped. */
    Exchange exchange(int payload) {
        return closer.add(new Exchange(payload));
    }

    /** Frames under way, on a thread of its own, which is gone before the ends are. */
    final class Exchange implements AutoCloseable {
        private final AtomicBoolean enough = new AtomicBoolean();
        private final FutureTask<Long> sent;

        private Exchange(int payload) {
            sent = new FutureTask<>(() -> {
                long number = 0;
                for (; !enough.get(); number++) {
                    subscriber.send(up(number, payload));
                    server.send(down(number, payload));
                    subscriber.drain();
                    server.drain();
                }
                return number;
            });
            Thread.ofPlatform().name("exchange").start(sent);
        }

        /** How many frames were sent in each direction. */
        long stop() throws ExecutionException, InterruptedException {
            enough.set(true);
            return sent.get();
        }

        @Override
        public void close() throws ExecutionException {
            try {
                stop();
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** As the control plane sends it on the access interface, with a number at its end. */
    Bytes toSubscriber(long number, int payload) {
        return Packets.ip(
                Packets.SUBSCRIBER_MAC,
                trunkMac,
                Packets.DOUBLE,
                numbered(Packets.GATEWAY, Packets.SUBSCRIBER, number, payload));
    }

    private static Bytes numbered(Ip4 source, Ip4 destination, long number, int payload) {
        byte[] data = new byte[payload];
        ByteBuffer.wrap(data).putLong(payload - 2 * NUMBER_BYTES, MARK).putLong(payload - NUMBER_BYTES, number);
        return new UdpDatagram(40000, 9000, Bytes.adopt(data)).toPacket(source, destination);
    }

    @Override
    public void close() {
        closer.close();
    }

    /** A raw socket at a far end. */
    static final class End implements AutoCloseable {
        private final PacketSocket socket;
        private final MemorySegment waiting = Arena.ofAuto().allocate(8, 8);
        private final List<Long> numbers = new ArrayList<>();

        private End(Namespace namespace, String device) throws Exception {
            socket = namespace.call(() -> new PacketSocket(NetworkDevice.of(device), 0));
            waiting.set(ValueLayout.JAVA_INT, 0, socket.descriptor());
            waiting.set(ValueLayout.JAVA_SHORT, 4, Libc.POLLIN);
        }

        void send(Bytes frame) {
            assertThat(socket.send(frame)).isTrue();
        }

        /** False when the device has no room. */
        boolean trySend(Bytes frame) {
            return socket.send(frame);
        }

        /** Takes what is there. */
        void drain() {
            socket.poll(
                    (port, memory, offset, length) -> {
                        long end = offset + length;
                        if (length > 2 * NUMBER_BYTES && memory.get(NET_LONG, end - 2 * NUMBER_BYTES) == MARK) {
                            numbers.add(memory.get(NET_LONG, end - NUMBER_BYTES));
                        }
                    },
                    64);
        }

        /** The numbers of everything that came, when no more comes, in the order of arrival. */
        List<Long> numbers() throws KernelException {
            int before;
            do {
                before = numbers.size();
                Libc.poll(waiting, 1, (int) PATIENCE.toMillis());
                drain();
            } while (numbers.size() > before);
            return numbers;
        }

        @Override
        public void close() throws KernelException {
            socket.close();
        }
    }
}
