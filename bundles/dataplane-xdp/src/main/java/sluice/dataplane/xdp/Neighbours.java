package sluice.dataplane.xdp;

import java.util.Optional;
import sluice.net.MacAddress;

/** What the kernel has learnt of one router in the core. One thread at a time. */
interface Neighbours extends AutoCloseable {

    /** The router's MAC address; empty while the kernel does not know it, or cannot be asked. */
    Optional<MacAddress> find();

    @Override
    void close();
}
