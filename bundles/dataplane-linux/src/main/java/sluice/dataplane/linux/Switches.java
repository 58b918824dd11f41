package sluice.dataplane.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.packet.io.KernelException;

/** The kernel's switches for interfaces (ip-sysctl), in the network namespace of the thread. */
final class Switches {

    private static final Logger LOG = LoggerFactory.getLogger(Switches.class);
    private static final Path IP4 = Path.of("/proc/sys/net/ipv4/conf");
    private static final Path IP6 = Path.of("/proc/sys/net/ipv6/conf");
    private static final String ALL = "all";
    private static final String REVERSE_PATH = "rp_filter";

    /**
     * rp_filter looks for a way back that need not exist; the proof of the source is in the rules. A subscriber must
     * not be told of a shorter way to its neighbour.
     */
    private static final Map<String, String> SETTINGS =
            Map.of("forwarding", "1", REVERSE_PATH, "0", "send_redirects", "0", "accept_redirects", "0");

    private static final Map<String, String> SETTINGS6 = Map.of("disable_ipv6", "0", "accept_redirects", "0");

    private Switches() {}

    /** Makes the interfaces those of a router for IPv4. */
    static void setForwarding4(List<String> devices) throws KernelException {
        releaseReversePath();
        for (String device : devices) {
            for (Map.Entry<String, String> setting : SETTINGS.entrySet()) {
                set(IP4.resolve(device).resolve(setting.getKey()), setting.getValue());
            }
        }
    }

    /**
     * The kernel takes the stricter of an interface's rp_filter and that of all: each gets that as its own, and all is
     * switched off.
     */
    private static void releaseReversePath() throws KernelException {
        Path all = IP4.resolve(ALL).resolve(REVERSE_PATH);
        String strict = read(all);
        if (strict.equals("0")) {
            return;
        }
        for (Path device : list(IP4)) {
            Path own = device.resolve(REVERSE_PATH);
            if (!device.endsWith(ALL) && read(own).compareTo(strict) < 0) {
                set(own, strict);
            }
        }
        set(all, "0");
        LOG.info("net.ipv4.conf.all.rp_filter was {}: now 0, and {} on every other interface", strict, strict);
    }

    /** Whether the kernel has IPv6. */
    static boolean hasIp6() {
        return Files.isDirectory(IP6);
    }

    /**
     * Makes the interfaces those of a router for IPv6; old kernels make one of all interfaces or of none. Routers of
     * subscribers advertise nothing to us; on the core side that is the operator's choice.
     */
    static void setForwarding6(List<String> access, List<String> core) throws KernelException {
        for (String device : access) {
            set(IP6.resolve(device).resolve("accept_ra"), "0");
        }
        for (String device : Stream.concat(access.stream(), core.stream()).toList()) {
            for (Map.Entry<String, String> setting : SETTINGS6.entrySet()) {
                set(IP6.resolve(device).resolve(setting.getKey()), setting.getValue());
            }
            set(IP6.resolve(device).resolve("forwarding"), "1");
            Path force = IP6.resolve(device).resolve("force_forwarding");
            if (Files.exists(force)) {
                set(force, "1");
            } else if (read(IP6.resolve(ALL).resolve("forwarding")).equals("0")) {
                set(IP6.resolve(ALL).resolve("forwarding"), "1");
                LOG.warn("net.ipv6.conf.all.forwarding is 1 now: all interfaces forward IPv6 and heed no router");
            }
        }
    }

    private static List<Path> list(Path directory) throws KernelException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.toList();
        } catch (IOException refusal) {
            throw new KernelException(directory + ": " + refusal.getMessage(), KernelException.EPERM);
        }
    }

    private static String read(Path file) throws KernelException {
        try {
            return Files.readString(file).strip();
        } catch (IOException refusal) {
            throw new KernelException(file + ": " + refusal.getMessage(), KernelException.EPERM);
        }
    }

    private static void set(Path file, String value) throws KernelException {
        if (read(file).equals(value)) {
            return;
        }
        try {
            Files.writeString(file, value);
        } catch (IOException refusal) {
            throw new KernelException(file + ": " + refusal.getMessage(), KernelException.EPERM);
        }
    }
}
