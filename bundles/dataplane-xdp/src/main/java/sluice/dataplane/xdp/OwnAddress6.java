package sluice.dataplane.xdp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Agent;
import sluice.net.Ip6;

/**
 * Keeps our own global IPv6 address on a core interface known: the kernel has it, by hand or from an advertisement. The
 * last one holds until there is another one. Turned by one loop.
 */
final class OwnAddress6 implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(OwnAddress6.class);

    /** Of the namespace of this thread; {@code /proc/net} is that of the process. */
    private static final Path FILE = Path.of("/proc/thread-self/net/if_inet6");

    private static final long UNKNOWN_MILLIS = 500;
    private static final long KNOWN_MILLIS = 5000;
    private static final int FIELDS = 6;
    private static final int HEX = 16;
    private static final int HALF_DIGITS = 16;

    /** Duplicate, deprecated, tentative (RFC 4862, 5.4, 5.5.4). */
    private static final int FLAGS_UNUSABLE = 0x08 | 0x20 | 0x40;

    private final String device;
    private final Consumer<Ip6> onChange;
    private Optional<Ip6> known = Optional.empty();
    private long deadline = Long.MIN_VALUE;

    /**
     * @param device name of the core interface
     * @param onChange called by the loop with each new address
     */
    OwnAddress6(String device, Consumer<Ip6> onChange) {
        this.device = device;
        this.onChange = onChange;
    }

    @Override
    public int turn(long now) {
        if (now < deadline) {
            return 0;
        }
        Optional<Ip6> found = find();
        if (found.isPresent() && !found.equals(known)) {
            known = found;
            onChange.accept(found.get());
        }
        deadline = now + (known.isPresent() ? KNOWN_MILLIS : UNKNOWN_MILLIS);
        return 1;
    }

    @Override
    public long nextDeadline() {
        return deadline;
    }

    private Optional<Ip6> find() {
        try {
            return find(Files.readAllLines(FILE));
        } catch (IOException unreadable) {
            LOG.debug("{} cannot be read: {}", FILE, unreadable.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Reads lines such as {@code 20010db8000000000000000000000001 02 40 00 80 core0}: address, interface, prefix
     * length, scope, flags, name.
     */
    Optional<Ip6> find(List<String> lines) {
        for (String line : lines) {
            String[] fields = line.trim().split("\\s+", -1);
            if (fields.length == FIELDS
                    && fields[5].equals(device)
                    && Integer.parseInt(fields[3], HEX) == 0
                    && (Integer.parseInt(fields[4], HEX) & FLAGS_UNUSABLE) == 0) {
                return Optional.of(new Ip6(
                        Long.parseUnsignedLong(fields[0].substring(0, HALF_DIGITS), HEX),
                        Long.parseUnsignedLong(fields[0].substring(HALF_DIGITS), HEX)));
            }
        }
        return Optional.empty();
    }
}
