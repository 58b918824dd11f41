package sluice.dataplane.xdp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import sluice.packet.io.KernelException;

/** Says of a test that it needs the kernel's consent. */
final class Privileged {

    private Privileged() {}

    /** Skips the test, and says why, where bpf(2) is not ours to call. */
    static void assume() {
        try {
            BpfMap.create(new MapSpec("probe", MapSpec.ARRAY, 4, 4, 1, 0, 0, 0), 0)
                    .close();
        } catch (KernelException refusal) {
            assumeTrue(false, "needs root and bpf(2): " + refusal.getMessage());
        }
    }

    /** Skips the test, and says why, where network namespaces cannot be made. */
    static void assumeNamespaces() {
        assume();
        assumeTrue(
                Files.isExecutable(Path.of("/usr/sbin/ip")) || Files.isExecutable(Path.of("/sbin/ip")), "needs ip(8)");
    }

    /** A directory in bpffs of this process: another build may run beside it. */
    static Path pins(String purpose) {
        return Path.of("/sys/fs/bpf/sluice-xdp-" + purpose + "-"
                + ProcessHandle.current().pid());
    }
}
