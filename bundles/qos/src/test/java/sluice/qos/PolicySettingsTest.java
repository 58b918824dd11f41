package sluice.qos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.dataplane.api.Treatment.Identity;
import sluice.session.api.Policy;

class PolicySettingsTest {

    private static final PolicyDefaults SHIPPED = PolicyDefaults.SHIPPED;

    @Test
    void everySettingOfTheDataPlaneCanBeMade() {
        Policy policy = TestPolicy.named("voice")
                .rates(2_000, 1_000)
                .with("download_burst_kbytes", 40L)
                .with("dscp_down", "EF")
                .with("dscp_up", "10")
                .with("priority", "5")
                .with("identity", "log_only")
                .with("max_segment_size", 1300)
                .with("mtu", 1492)
                .garden("arrears")
                .settings()
                .policy(SHIPPED);
        assertThat(policy)
                .isEqualTo(new Policy(
                        "voice",
                        new Policer(2_000_000, 40_000),
                        new Policer(1_000_000, 15_000),
                        new Treatment(
                                Identity.LOG_ONLY,
                                Access.WALLED,
                                OwnGarden.idOf("arrears"),
                                OptionalInt.of(10),
                                OptionalInt.of(46),
                                true,
                                1300,
                                1492),
                        OptionalInt.of(5)));
    }

    @Test
    void fileWithANameAloneTreatsPlainly() {
        assertThat(TestPolicy.named("plain").settings().policy(SHIPPED))
                .isEqualTo(new Policy("plain", Policer.UNLIMITED, Policer.UNLIMITED));
        assertThat(PolicySettings.of("of-file", TestPolicy.named(" ").config()).name())
                .isEqualTo("of-file");
    }

    @Test
    void blockIsAnAccess() {
        assertThat(TestPolicy.named("off")
                        .with("blocked", true)
                        .settings()
                        .policy(SHIPPED)
                        .treatment()
                        .access())
                .isEqualTo(Access.BLOCKED);
    }

    @Test
    void defaultsHoldWhereThePolicySaysNothing() {
        PolicyDefaults defaults = new PolicyDefaults("plain", Identity.LOOSE, 1492, 1400);
        Treatment treatment =
                TestPolicy.named("plain").settings().policy(defaults).treatment();
        assertThat(treatment.identity()).isEqualTo(Identity.LOOSE);
        assertThat(treatment.mtu()).isEqualTo(1492);
        assertThat(treatment.maxSegmentSize()).isEqualTo(1400);
        Treatment own = TestPolicy.named("plain")
                .with("mtu", 1400)
                .with("identity", "strict")
                .settings()
                .policy(defaults)
                .treatment();
        assertThat(own.identity()).isEqualTo(Identity.STRICT);
        assertThat(own.maxSegmentSize()).isEqualTo(1360);
    }

    @Test
    void segmentsFitTheMtuUnlessTheOperatorSaysOtherwise() {
        PolicyDefaults defaults = new PolicyDefaults("plain", Identity.STRICT, 1492, 0);
        assertThat(TestPolicy.named("plain")
                        .settings()
                        .policy(defaults)
                        .treatment()
                        .maxSegmentSize())
                .isEqualTo(1452);
        assertThat(TestPolicy.named("plain")
                        .with("max_segment_size", 1200)
                        .settings()
                        .policy(defaults)
                        .treatment()
                        .maxSegmentSize())
                .isEqualTo(1200);
    }

    @Test
    void impossibleValuesAreRefusedWithTheirKey() {
        assertRefused("name", " ", "name is empty");
        assertRefused("download_kbps", -1L, "download_kbps = -1, expected 0..1000000000");
        assertRefused("upload_kbps", Long.MAX_VALUE, "upload_kbps = ");
        assertRefused("download_burst_kbytes", -5L, "download_burst_kbytes = -5");
        assertRefused("upload_burst_kbytes", 2_000_000L, "upload_burst_kbytes = 2000000");
        assertRefused("dscp_down", "64", "dscp_down = 64, expected 0..63, EF, CS0..CS7 or AF11..AF43");
        assertRefused("dscp_up", "AF44", "dscp_up = AF44");
        assertRefused("priority", "8", "priority = 8, expected 0..7 or nothing");
        assertRefused("identity", "lax", "identity = lax, expected strict, loose or log_only");
        assertRefused("max_segment_size", 100, "max_segment_size = 100, expected 0 or 536..");
        assertRefused("mtu", 500, "mtu = 500, expected 0 or 576..65535");
        assertRefused("mtu", new IllegalStateException("no number"), "mtu: no number");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestPolicy.named("both")
                        .garden("arrears")
                        .with("blocked", true)
                        .settings())
                .withMessage("blocked and garden = arrears, expected one of them");
    }

    @Test
    void codePointsHaveNumbersAndNames() {
        assertThat(Dscp.parse("dscp_up", "")).isEmpty();
        assertThat(Dscp.parse("dscp_up", "0")).hasValue(0);
        assertThat(Dscp.parse("dscp_up", "63")).hasValue(63);
        assertThat(Dscp.parse("dscp_up", "ef")).hasValue(46);
        assertThat(Dscp.parse("dscp_up", "CS5")).hasValue(40);
        assertThat(Dscp.parse("dscp_up", "AF41")).hasValue(34);
        assertThat(Dscp.parse("dscp_up", "AF13")).hasValue(14);
    }

    @Test
    void fileThatMakesNoSenseChangesNothingAndIsNamed() {
        OwnPolicy policy = new OwnPolicy(
                TestPolicy.named("voice").rates(1_000, 1_000).config(),
                TestPolicy.named("").with("service_pid", "sluice.qos~calls").of(SettingsFile.Source.class));
        policy.modified(TestPolicy.named("voice").with("priority", "9").config());
        assertThat(policy.settings().map(PolicySettings::download)).hasValue(new Policer(1_000_000, 15_000));
        assertThat(policy.complaint())
                .hasValue("etc/sluice.qos-calls.cfg: priority = 9, expected 0..7 or nothing;"
                        + " the policy voice stays as it was.");
        policy.modified(TestPolicy.named("voice").with("priority", "6").config());
        assertThat(policy.complaint()).isEmpty();
        assertThat(policy.settings().map(PolicySettings::priority)).isEqualTo(Optional.of(OptionalInt.of(6)));
    }

    @Test
    void fileThatNeverMadeSenseIsNoPolicy() {
        OwnPolicy policy = new OwnPolicy(
                TestPolicy.named("").config(),
                TestPolicy.named("").with("service_pid", "sluice.qos").of(SettingsFile.Source.class));
        assertThat(policy.settings()).isEmpty();
        assertThat(policy.complaint())
                .hasValueSatisfying(sentence -> assertThat(sentence)
                        .startsWith("etc/sluice.qos.cfg: name is empty")
                        .endsWith("there is no such policy."));
    }

    private static void assertRefused(String key, Object value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestPolicy.named("a").with(key, value).settings())
                .withMessageStartingWith(message);
    }
}
