package sluice.dataplane.linux;

import java.util.List;
import sluice.net.VlanTag;
import sluice.packet.io.KernelException;

/**
 * The roots of the queues of interfaces. The length of a packet is that of IP there, as policers count it, so the
 * header of the frame is taken off, on the access side with the inner of two tags; classes of lines with fewer put it
 * back.
 */
final class Disciplines {

    private static final String OURS = "qdisc htb " + Integer.toHexString(HtbClasses.MAJOR) + ": root";
    private static final int ETHERNET_BYTES = 14;

    private final Tool tc;

    Disciplines() throws KernelException {
        tc = Tool.named("tc");
    }

    private boolean isOurs(String device) throws KernelException {
        return tc.run("", "qdisc", "show", "dev", device, "root").startsWith(OURS);
    }

    /** Makes them, and leaves those that are there with their classes. */
    void make(List<String> access, List<String> core) throws KernelException {
        make(access, ETHERNET_BYTES + VlanTag.LENGTH);
        make(core, ETHERNET_BYTES);
    }

    private void make(List<String> devices, int frameBytes) throws KernelException {
        for (String device : devices) {
            if (!isOurs(device)) {
                tc.run(
                        "qdisc replace dev " + device + " root handle " + Integer.toHexString(HtbClasses.MAJOR)
                                + ": stab overhead -" + frameBytes + " linklayer ethernet htb default 0\n",
                        "-batch",
                        "-");
            }
        }
    }

    /** Gives interfaces the queues back that the kernel gives them. */
    void remove(List<String> devices) throws KernelException {
        for (String device : devices) {
            if (isOurs(device)) {
                tc.run("", "qdisc", "del", "dev", device, "root");
            }
        }
    }
}
