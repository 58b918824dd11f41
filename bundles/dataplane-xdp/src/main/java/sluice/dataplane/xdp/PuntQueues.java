package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketSocket;
import sluice.packet.io.PuntPorts;
import sluice.packet.io.PuntSocket;

/**
 * The sockets that take punted frames: one of AF_XDP for each receive queue, as far as the programs know of queues.
 * What they punt from queues above goes to the kernel, where a packet socket takes it, as it takes everything of an
 * interface without AF_XDP. No more memory is spent on many queues than on sixteen.
 */
final class PuntQueues {

    /** Queues of one port that have a socket, as in the programs. */
    static final int QUEUES_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(PuntQueues.class);

    private static final int FULL_RINGS = 16;

    private final NetworkDevice device;
    private final int port;
    private final BpfMap sockets;

    private PuntQueues(NetworkDevice device, int port, BpfMap sockets) {
        this.device = device;
        this.port = port;
        this.sockets = sockets;
    }

    /**
     * Opens the sockets of all access interfaces and shows them to the programs.
     *
     * @param sockets the map of them, by port and queue
     * @param deaf says of an interface that it has none
     */
    static PuntPorts open(List<NetworkDevice> access, BpfMap sockets, Predicate<NetworkDevice> deaf)
            throws KernelException {
        List<PuntPorts.Port> ports = new ArrayList<>();
        for (NetworkDevice device : access) {
            PuntQueues queues = new PuntQueues(device, ports.size(), sockets);
            ports.add(new PuntPorts.Port(device.mac(), deaf.test(device) ? List.of() : queues.open()));
        }
        return new PuntPorts(ports);
    }

    private List<PuntSocket> open() throws KernelException {
        List<PuntSocket> opened = new ArrayList<>();
        try {
            for (int queue = 0; queue < Math.min(device.queues(), QUEUES_MAX); queue++) {
                XdpSocket socket = new XdpSocket(device, queue, port, ring(queue));
                opened.add(socket);
                sockets.put(port * QUEUES_MAX + queue, socket.descriptor());
            }
        } catch (KernelException refusal) {
            LOG.warn(
                    "interface={} has no AF_XDP, a packet socket takes its punted frames: {}",
                    device.name(),
                    refusal.getMessage());
            for (PuntSocket socket : opened) {
                socket.close();
            }
            return List.of(new PacketSocket(device, port));
        }
        if (device.queues() > QUEUES_MAX) {
            LOG.warn(
                    "interface={} has {} receive queues, at most {} have AF_XDP: a packet socket takes the punted"
                            + " frames of the others; ethtool -L sets fewer",
                    device.name(),
                    device.queues(),
                    QUEUES_MAX);
            opened.add(new PacketSocket(device, port));
        }
        return opened;
    }

    /** Descriptors of each ring. The first queue's socket sends for all. */
    private int ring(int queue) {
        int sharing = Math.ceilDiv(Math.min(device.queues(), QUEUES_MAX), FULL_RINGS);
        return queue == 0 ? XdpSocket.RING_MAX : XdpSocket.RING_MAX / Integer.highestOneBit(2 * sharing - 1);
    }
}
