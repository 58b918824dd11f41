package sluice.dataplane.linux;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.packet.io.KernelException;

/**
 * The programs at the access interfaces that make tags marks and marks tags (tc-bpf(8)). They stay when the process
 * ends, and a start puts its own in their place without a gap.
 */
final class TagPrograms {

    private static final Logger LOG = LoggerFactory.getLogger(TagPrograms.class);
    private static final String OBJECT = "tags.o";

    /** Among the operator's own filters, by preference and handle. */
    private static final String FILTER = " prio 64 handle 1 protocol all bpf direct-action object-file ";

    private TagPrograms() {}

    /**
     * Puts them there.
     *
     * @return false when this machine has no tc(8), or its kernel no programs; tags are not known then
     */
    static boolean attach(List<String> devices) throws KernelException {
        try {
            Tool tc = Tool.named("tc");
            Path object = Files.createTempFile("sluice-", OBJECT);
            try (InputStream program = TagPrograms.class.getResourceAsStream(OBJECT)) {
                if (program == null) {
                    throw new KernelException(OBJECT + " is not in the bundle", KernelException.ENOENT);
                }
                Files.write(object, program.readAllBytes());
                for (String device : devices) {
                    attach(tc, device, object);
                }
            } finally {
                Files.delete(object);
            }
            return true;
        } catch (IOException refusal) {
            throw new KernelException(OBJECT + ": " + refusal.getMessage(), KernelException.ENOENT);
        } catch (KernelException refusal) {
            LOG.warn("No VLAN tags on the access interfaces: {}", refusal.getMessage());
            return false;
        }
    }

    private static void attach(Tool tc, String device, Path object) throws KernelException {
        if (!tc.run("", "qdisc", "show", "dev", device).contains("qdisc clsact")) {
            tc.run("", "qdisc", "add", "dev", device, "clsact");
        }
        String start = "filter replace dev " + device;
        tc.run(
                start + " ingress" + FILTER + object + " section classifier/off\n" + start + " egress" + FILTER + object
                        + " section classifier/on\n",
                "-batch",
                "-");
    }
}
