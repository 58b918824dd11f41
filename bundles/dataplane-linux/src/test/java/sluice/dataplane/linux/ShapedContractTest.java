package sluice.dataplane.linux;

import sluice.dataplane.api.Policer;

/** The contract on nftables and the hierarchical token bucket, untagged. */
final class ShapedContractTest extends LinuxContractTest {

    @Override
    protected String prefix() {
        return "lxs";
    }

    @Override
    Shaping shaping() {
        return Shaping.HTB;
    }

    /** The class's bucket; what waits in its queue is not yet delivered. */
    @Override
    protected long bucketBytes(Policer policer) {
        return policer.burstBytes();
    }
}
