package sluice.dataplane.xdp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Agent;
import sluice.net.MacAddress;

/**
 * Keeps the MAC address of the router in the core known. The kernel resolves it: a datagram to the discard port makes
 * it ask, its table of neighbours has the answer. A router that does not answer any more is reported as lost, again and
 * again until it is back. Turned by one loop.
 */
final class NextHop implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(NextHop.class);

    private static final int DISCARD = 9;
    private static final long UNRESOLVED_MILLIS = 200;
    private static final long RESOLVED_MILLIS = 5000;
    private static final long LOST_MILLIS = 3000;

    private final InetSocketAddress router;
    private final Neighbours neighbours;
    private final Listener listener;
    private final DatagramChannel channel;
    private Optional<MacAddress> known = Optional.empty();
    private long deadline = Long.MIN_VALUE;
    private long silentSince = Long.MAX_VALUE;

    /** Hears of the router, in the loop. */
    interface Listener {

        /** The router has this address from now on. */
        void found(MacAddress mac);

        /** The router has not answered for seconds. */
        void lost();
    }

    /**
     * @param router with the interface for its scope if it is link-local
     * @param neighbours closed at the end
     */
    NextHop(InetAddress router, Neighbours neighbours, Listener listener) throws IOException {
        this.router = new InetSocketAddress(router, DISCARD);
        this.neighbours = neighbours;
        this.listener = listener;
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
        if (found.isEmpty()) {
            onSilence(now);
        } else {
            silentSince = Long.MAX_VALUE;
            if (!found.equals(known)) {
                LOG.info("next hop {} is {}", router.getAddress().getHostAddress(), found.get());
                known = found;
                listener.found(found.get());
            }
        }
        deadline = now + (found.isPresent() ? RESOLVED_MILLIS : UNRESOLVED_MILLIS);
        return 1;
    }

    private void onSilence(long now) {
        silentSince = Math.min(silentSince, now);
        if (now - silentSince < LOST_MILLIS) {
            return;
        }
        if (known.isPresent()) {
            LOG.warn("next hop {} does not answer", router.getAddress().getHostAddress());
        }
        known = Optional.empty();
        silentSince = now;
        listener.lost();
    }

    @Override
    public long nextDeadline() {
        return deadline;
    }

    private void ask() {
        try {
            channel.send(ByteBuffer.allocate(1), router);
        } catch (IOException | UnsupportedAddressTypeException unreachable) { // the latter without IPv6 on this machine
            LOG.debug("next hop {} cannot be asked: {}", router.getAddress(), unreachable.toString());
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
