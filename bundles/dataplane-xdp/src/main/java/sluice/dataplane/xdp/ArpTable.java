package sluice.dataplane.xdp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Ip4;
import sluice.net.MacAddress;

/**
 * The kernel's ARP table, in the network namespace of the thread that asks.
 *
 * @param device name of the core interface
 */
record ArpTable(Ip4 router, String device) implements Neighbours {

    private static final Logger LOG = LoggerFactory.getLogger(ArpTable.class);

    /** {@code /proc/net} would be that of the process. */
    private static final Path FILE = Path.of("/proc/thread-self/net/arp");

    private static final int COMPLETE = 2;

    @Override
    public Optional<MacAddress> find() {
        try {
            return find(Files.readAllLines(FILE));
        } catch (IOException unreadable) {
            LOG.debug("{} cannot be read: {}", FILE, unreadable.getMessage());
            return Optional.empty();
        }
    }

    /** Reads lines such as {@code 10.0.0.1 0x1 0x2 02:00:00:00:00:01 * core0}. */
    Optional<MacAddress> find(List<String> lines) {
        for (String line : lines) {
            String[] fields = line.trim().split("\\s+", -1);
            if (fields.length == 6 && fields[0].equals(router.toString()) && fields[5].equals(device)) {
                int flags = Integer.decode(fields[2]);
                return (flags & COMPLETE) == 0 ? Optional.empty() : Optional.of(MacAddress.parse(fields[3]));
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        // nothing is open
    }
}
