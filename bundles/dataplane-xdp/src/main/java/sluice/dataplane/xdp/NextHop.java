package sluice.dataplane.xdp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Agent;
import sluice.net.Ip4;
import sluice.net.MacAddress;

/**
 * Keeps the MAC address of the router in the core known. The kernel resolves it: a datagram to the discard port makes
 * it ask, its ARP table has the answer. The last answer holds until there is another one. Turned by one loop.
 */
final class NextHop implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(NextHop.class);

    /** Of the namespace of this thread; {@code /proc/net} is that of the process. */
    private static final Path ARP_TABLE = Path.of("/proc/thread-self/net/arp");

    private static final int DISCARD = 9;
    private static final long UNRESOLVED_MILLIS = 200;
    private static final long RESOLVED_MILLIS = 5000;
    private static final int COMPLETE = 2;

    private final Ip4 gateway;
    private final String device;
    private final Consumer<MacAddress> onChange;
    private final DatagramChannel channel;
    private Optional<MacAddress> known = Optional.empty();
    private long deadline = Long.MIN_VALUE;

    /**
     * @param device name of the core interface
     * @param onChange called by the loop with each new address
     */
    NextHop(Ip4 gateway, String device, Consumer<MacAddress> onChange) throws IOException {
        this.gateway = gateway;
        this.device = device;
        this.onChange = onChange;
        this.channel = DatagramChannel.open();
        channel.configureBlocking(false);
    }

    @Override
    public int turn(long now) {
        if (now < deadline) {
            return 0;
        }
        ask();
        Optional<MacAddress> found = find();
        if (found.isPresent() && !found.equals(known)) {
            LOG.info("next hop {} on {} is {}", gateway, device, found.get());
            known = found;
            onChange.accept(found.get());
        }
        deadline = now + (found.isPresent() ? RESOLVED_MILLIS : UNRESOLVED_MILLIS);
        return 1;
    }

    @Override
    public long nextDeadline() {
        return deadline;
    }

    private void ask() {
        try {
            InetAddress address = InetAddress.getByAddress(gateway.toBytes().toArray());
            channel.send(ByteBuffer.allocate(1), new InetSocketAddress(address, DISCARD));
        } catch (IOException unreachable) {
            LOG.debug("next hop {} cannot be asked: {}", gateway, unreachable.getMessage());
        }
    }

    private Optional<MacAddress> find() {
        try {
            return find(Files.readAllLines(ARP_TABLE));
        } catch (IOException unreadable) {
            LOG.debug("{} cannot be read: {}", ARP_TABLE, unreadable.getMessage());
            return Optional.empty();
        }
    }

    /** Reads lines such as {@code 10.0.0.1 0x1 0x2 02:00:00:00:00:01 * core0}. */
    Optional<MacAddress> find(List<String> lines) {
        for (String line : lines) {
            String[] fields = line.trim().split("\\s+", -1);
            if (fields.length == 6 && fields[0].equals(gateway.toString()) && fields[5].equals(device)) {
                int flags = Integer.decode(fields[2]);
                return (flags & COMPLETE) == 0 ? Optional.empty() : Optional.of(MacAddress.parse(fields[3]));
            }
        }
        return Optional.empty();
    }

    @Override
    public void end() {
        try {
            channel.close();
        } catch (IOException harmless) {
            LOG.debug("close: {}", harmless.getMessage());
        }
    }
}
