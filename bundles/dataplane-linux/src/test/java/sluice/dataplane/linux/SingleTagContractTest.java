package sluice.dataplane.linux;

import java.util.List;
import sluice.dataplane.api.Policer;
import sluice.net.VlanId;
import sluice.net.VlanTag;

/** The contract on nftables and the hierarchical token bucket with one tag. */
final class SingleTagContractTest extends TaggedContractTest {

    @Override
    protected String prefix() {
        return "lxo";
    }

    @Override
    protected List<VlanTag> tags() {
        return List.of(VlanTag.customer(new VlanId(4094)));
    }

    @Override
    Shaping shaping() {
        return Shaping.HTB;
    }

    @Override
    protected long bucketBytes(Policer policer) {
        return policer.burstBytes();
    }
}
