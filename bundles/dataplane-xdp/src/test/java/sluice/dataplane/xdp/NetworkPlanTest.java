package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.xdp.GatewaySettings.IndexedNetwork;
import sluice.net.Ip4Prefix;

final class NetworkPlanTest {

    private static final NetworkEntry A = network("10.64.0.0/24");
    private static final NetworkEntry B = network("10.64.1.0/24");
    private static final NetworkEntry C = network("10.64.2.0/23");

    private final NetworkPlan plan = new NetworkPlan(1024);

    private static NetworkEntry network(String text) {
        Ip4Prefix prefix = Ip4Prefix.parse(text);
        return new NetworkEntry(prefix, prefix.network().plus(1));
    }

    private List<IndexedNetwork> change(List<IndexedNetwork> current, NetworkEntry... wanted)
            throws DataPlaneException {
        return plan.change(current, List.of(wanted), network -> false);
    }

    @Test
    void networksLieOneBehindTheOther() throws Exception {
        assertThat(change(List.of(), A, B, C)).extracting(IndexedNetwork::first).containsExactly(0, 256, 512);
    }

    @Test
    void networkThatStaysKeepsItsEntriesAndTheGapIsFilled() throws Exception {
        List<IndexedNetwork> all = change(List.of(), A, B, C);
        List<IndexedNetwork> without = change(all, B, C);
        assertThat(without).extracting(IndexedNetwork::first).containsExactly(256, 512);
        assertThat(change(without, B, C, network("192.0.2.0/24")).getLast().first())
                .isZero();
    }

    @Test
    void networkInUseStaysThoughNobodyWantsIt() throws Exception {
        List<IndexedNetwork> all = change(List.of(), A, B);
        assertThat(plan.change(all, List.of(B), network -> true)).isEqualTo(all);
    }

    @Test
    void newGatewayOfANetworkMovesNothing() throws Exception {
        List<IndexedNetwork> before = change(List.of(), A, B);
        NetworkEntry moved = new NetworkEntry(B.prefix(), B.gateway().plus(9));
        IndexedNetwork after = change(before, A, moved).getLast();
        assertThat(after.first()).isEqualTo(256);
        assertThat(after.gateway()).isEqualTo(moved.gateway());
    }

    @Test
    void overlapIsRefused() {
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> change(List.of(), A, network("10.64.0.128/25")))
                .matches(failure -> failure.reason() == Reason.NETWORK_OVERLAPS)
                .withMessageContaining("10.64.0.128/25");
    }

    @Test
    void capacityIsNamedWhenItIsReached() {
        for (String large : List.of("10.0.0.0/21", "0.0.0.0/0")) {
            assertThatExceptionOfType(DataPlaneException.class)
                    .isThrownBy(() -> change(List.of(), network(large)))
                    .matches(failure -> failure.reason() == Reason.CAPACITY_REACHED)
                    .withMessageContaining("capacity");
        }
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> change(List.of(), A, B, C, network("192.0.2.0/31")))
                .matches(failure -> failure.reason() == Reason.CAPACITY_REACHED);
    }
}
