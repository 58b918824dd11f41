package sluice.dataplane.linux;

import java.util.List;
import sluice.net.VlanId;
import sluice.net.VlanTag;

/** The contract on nftables with two tags. */
class TaggedContractTest extends LinuxContractTest {

    @Override
    protected String prefix() {
        return "lxt";
    }

    @Override
    protected List<VlanTag> tags() {
        return List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(7)));
    }
}
