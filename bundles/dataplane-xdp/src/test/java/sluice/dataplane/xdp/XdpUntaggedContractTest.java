package sluice.dataplane.xdp;

import java.util.List;
import sluice.net.VlanTag;

/** The contract in XDP, untagged. */
final class XdpUntaggedContractTest extends XdpContractTest {

    @Override
    protected List<VlanTag> tags() {
        return Packets.UNTAGGED;
    }
}
