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
    void networkInUseGrowsWhereItIsWhenThereIsRoom() throws Exception {
        for (String old : List.of("10.64.0.0/24", "10.64.0.64/26", "10.64.1.0/24")) {
            NetworkEntry narrow = network(old);
            List<IndexedNetwork> before = change(List.of(), network("192.0.2.0/24"), narrow);
            before = change(before, narrow);
            List<IndexedNetwork> after = plan.change(before, List.of(network("10.64.0.0/23")), network -> true);
            assertThat(after).hasSize(1);
            assertThat(after.getFirst().indexOf(narrow.gateway()))
                    .as(old)
                    .isEqualTo(before.getFirst().indexOf(narrow.gateway()));
        }
    }

    @Test
    void networkInUseThatHasNoRoomToGrowGetsOtherPlaces() throws Exception {
        List<IndexedNetwork> before = change(List.of(), A, C);
        NetworkEntry wide = network("10.64.0.0/25");
        before = plan.change(before, List.of(wide, C), network -> false);
        before = plan.change(before, List.of(wide, network("192.0.2.0/26"), C), network -> true);
        NetworkEntry wider = network("10.64.0.0/24");
        List<IndexedNetwork> after = plan.change(before, List.of(wider, network("192.0.2.0/26"), C), network -> true);
        assertThat(after.getLast().base()).isEqualTo(wider.prefix().network());
        assertThat(after.getLast().first()).isEqualTo(768);
    }

    @Test
    void twoNetworksInUseBecomeOneAndTheOnesBesideItStay() throws Exception {
        List<IndexedNetwork> before = change(List.of(), A, C, B);
        NetworkEntry both = network("10.64.0.0/23");
        assertThatExceptionOfType(DataPlaneException.class)
                .as("neither can grow over the network between them, and there is no room for both beside it")
                .isThrownBy(() -> plan.change(before, List.of(both, C), network -> true))
                .matches(failure -> failure.reason() == Reason.CAPACITY_REACHED);
        List<IndexedNetwork> after = new NetworkPlan(2048).change(before, List.of(both, C), network -> true);
        assertThat(after).extracting(IndexedNetwork::first).containsExactly(256, 1024);
        List<IndexedNetwork> beside = change(List.of(), A, B, C);
        assertThat(plan.change(beside, List.of(both, C), network -> true))
                .extracting(IndexedNetwork::first)
                .containsExactlyInAnyOrder(0, 512);
    }

    @Test
    void networkInUseDoesNotShrink() throws Exception {
        List<IndexedNetwork> before = change(List.of(), C);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> plan.change(before, List.of(network("10.64.2.0/24")), network -> true))
                .matches(failure -> failure.reason() == Reason.NETWORK_OVERLAPS);
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
