package sluice.dataplane.xdp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Agent;
import sluice.net.MacAddress;

/**
 * Keeps the MAC address of the router in the core known. The kernel resolves it: a datagram to the discard port makes
 * it ask, its table of neighbours has the answer. The last answer holds until there is another one. Turned by one loop.
 */
final class NextHop implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(NextHop.class);

    private static final int DISCARD = 9;
    private static final long UNRESOLVED_MILLIS = 200;
    private static final long RESOLVED_MILLIS = 5000;

    private final InetSocketAddress router;
    private final Neighbours neighbours;
    private final Consumer<MacAddress> onChange;
    private final DatagramChannel channel;
    private Optional<MacAddress> known = Optional.empty();
    private long deadline = Long.MIN_VALUE;

    /**
     * @param router with the interface for its scope if it is link-local
     * @param neighbours closed at the end
     * @param onChange called by the loop with each new address
     */
    NextHop(InetAddress router, Neighbours neighbours, Consumer<MacAddress> onChange) throws IOException {
        this.router = new InetSocketAddress(router, DISCARD);
        this.neighbours = neighbours;
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
        Optional<MacAddress> found = neighbours.find();
        if (found.isPresent() && !found.equals(known)) {
            LOG.info("next hop {} is {}", router.getAddress().getHostAddress(), found.get());
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
            channel.send(ByteBuffer.allocate(1), router);
        } catch (IOException unreachable) {
            LOG.debug("next hop {} cannot be asked: {}", router.getAddress(), unreachable.getMessage());
        }
    }

    @Override
    public void end() {
        neighbours.close();
        try {
            channel.close();
        } catch (IOException harmless) {
            LOG.debug("close: {}", harmless.getMessage());
        }
    }
}
