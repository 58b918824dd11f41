package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.dataplane.api.Treatment.Identity;
import sluice.platform.api.Table;
import sluice.session.api.Policy;

final class PolicyRowsTest {

    private final Appliance appliance = new Appliance();

    @Test
    void everythingThatAPolicyDoesHasARow() {
        appliance.bindInspectable(
                new FakeTable("qos:gardens", "", new Table(List.of("Name", "Id"), List.of(List.of("arrears", "17")))));
        Treatment treatment = new Treatment(
                Identity.LOG_ONLY, Access.WALLED, 17, OptionalInt.of(10), OptionalInt.of(46), true, 1300, 1492);
        Policy policy =
                new Policy("voice", Policer.UNLIMITED, new Policer(8_000_000, 30_000), treatment, OptionalInt.of(5));
        assertThat(PolicyRows.of(policy, GardenNames.of(appliance)))
                .containsExactly(
                        List.of("Policy", "voice"),
                        List.of("Download limit", "unlimited"),
                        List.of("Upload limit", "8 Mbit/s, burst 30 kB"),
                        List.of("Access", "walled, garden arrears"),
                        List.of("DSCP down", "46"),
                        List.of("DSCP up", "10"),
                        List.of("Priority", "5"),
                        List.of("Identity", "log_only"),
                        List.of("TCP segment", "1300"),
                        List.of("MTU", "1492"));
    }

    @Test
    void whatAPolicyLeavesAloneHasNone() {
        assertThat(PolicyRows.of(Policy.UNLIMITED, GardenNames.NONE)).hasSize(3);
    }

    @Test
    void aGardenThatNobodyKnowsHasItsNumber() {
        Treatment walled = Treatment.PLAIN.withAccess(Access.WALLED, 17);
        assertThat(GardenNames.of(appliance).access(walled)).isEqualTo("walled, garden 17");
        assertThat(GardenNames.NONE.access(walled.withAccess(Access.BLOCKED, 0)))
                .isEqualTo("blocked");
    }
}
