package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;

/**
 * Puts programs on interfaces, by links that are pinned and therefore outlive us. A link that is there gets the new
 * program without a gap; one is made only where there is none.
 */
final class XdpLinks {

    /** How a program is run. */
    enum Mode {
        /** In the driver, or if it cannot in the stack. */
        AUTO,
        /** In the driver. */
        NATIVE,
        /** In the stack, on every interface. */
        GENERIC
    }

    private static final Logger LOG = LoggerFactory.getLogger(XdpLinks.class);

    /** struct bpf_link_info: type | id | program id | - | ifindex; u32 each. */
    private static final int INFO_BYTES = 64;

    private static final int INFO_IFINDEX_AT = 16;

    private final Pins pins;
    private final Mode mode;

    XdpLinks(Pins pins, Mode mode) {
        this.pins = pins;
        this.mode = mode;
    }

    /** Makes this program the one that the interface runs. */
    void attach(NetworkDevice device, int program) throws KernelException {
        Path path = pins.link(device.name());
        takeOver(device, path);
        if (Files.exists(path)) {
            int link = Bpf.open(path);
            try {
                if (ifindex(link) == device.ifindex()) {
                    Bpf.replace(link, program);
                    LOG.info("interface={} runs the new program, its link was adopted", device.name());
                    return;
                }
            } finally {
                Libc.close(link);
            }
            Pins.remove(path); // of an interface that is gone
        }
        int link = attachNew(device, program);
        try {
            Bpf.pin(link, path);
        } finally {
            Libc.close(link);
        }
    }

    /** Takes the program off the interface, if there is one of ours. */
    void detach(NetworkDevice device) throws KernelException {
        Path path = pins.link(device.name());
        takeOver(device, path);
        if (Files.exists(path)) {
            Pins.remove(path);
            LOG.info("interface={} runs no program any more", device.name());
        }
    }

    /** A link that an earlier layout pinned is ours now. */
    private void takeOver(NetworkDevice device, Path path) throws KernelException {
        for (Path other : pins.others()) {
            Path old = Pins.link(other, device.name());
            if (Files.exists(old) && !Files.exists(path)) {
                try {
                    Files.move(old, path);
                } catch (IOException refusal) {
                    throw new KernelException("move " + old + ": " + refusal.getMessage(), KernelException.EPERM);
                }
                LOG.info("interface={} link taken over from layout {}", device.name(), other.getFileName());
            }
        }
    }

    private int attachNew(NetworkDevice device, int program) throws KernelException {
        if (mode == Mode.GENERIC) {
            return attachNew(device, program, Bpf.XDP_GENERIC, "generic");
        }
        try {
            return attachNew(device, program, Bpf.XDP_NATIVE, "native");
        } catch (KernelException refusal) {
            if (mode == Mode.NATIVE || refusal.errno() == KernelException.EBUSY) {
                throw refusal;
            }
            LOG.warn(
                    "interface={} cannot run XDP in its driver, the stack runs it: {}",
                    device.name(),
                    refusal.getMessage());
            return attachNew(device, program, Bpf.XDP_GENERIC, "generic");
        }
    }

    private static int attachNew(NetworkDevice device, int program, int flags, String name) throws KernelException {
        int link = Bpf.attach(program, device.ifindex(), flags);
        LOG.info("interface={} runs XDP, {}", device.name(), name);
        return link;
    }

    private static int ifindex(int link) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(INFO_BYTES, Long.BYTES);
            Bpf.info(link, info);
            return info.get(JAVA_INT, INFO_IFINDEX_AT);
        }
    }
}
