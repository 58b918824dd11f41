package sluice.qos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.session.api.Authorization;
import sluice.session.api.Policy;

class PolicyCatalogTest {

    private final PolicyCatalog catalog = new PolicyCatalog("guest");

    @Test
    void everyBuiltInPolicyHasTheRatesOfTheSpecification() {
        assertRates("residential-50mbps", 50_000, 10_000, 1_000_000);
        assertRates("residential-100mbps", 100_000, 20_000, 2_000_000);
        assertRates("residential-500mbps", 500_000, 50_000, 5_000_000);
        assertRates("residential-1gbps", 1_000_000, 100_000, 10_000_000);
        assertRates("business-100mbps", 100_000, 100_000, 2_000_000);
        assertRates("business-1gbps", 1_000_000, 1_000_000, 10_000_000);
        assertRates("guest", 10_000, 5_000, 500_000);
        assertRates("Bronze", 25_000, 10_000, 125_000);
        assertRates("Silver", 100_000, 30_000, 375_000);
        assertRates("Gold", 300_000, 100_000, 1_000_000);
        assertThat(catalog.policyOf(named("unlimited"))).isEqualTo(Policy.UNLIMITED);
    }

    @Test
    void uploadBurstLastsAsLongAsTheDownloadBurstAndIsNeverLessThanTenPackets() {
        assertThat(catalog.policyOf(named("residential-50mbps")).upload().burstBytes())
                .isEqualTo(200_000);
        assertThat(catalog.policyOf(named("guest")).upload().burstBytes()).isEqualTo(250_000);
        assertThat(PolicyTable.uploadBurst(1_000_000)).isEqualTo(15_000);
    }

    @Test
    void unknownNameIsCountedAndGetsTheDefault() {
        assertThat(catalog.policyOf(named("platinum")).name()).isEqualTo("guest");
        assertThat(catalog.policyOf(named("platinum")).name()).isEqualTo("guest");
        assertThat(catalog.counters().get(PolicyCounter.UNKNOWN)).isEqualTo(2);
    }

    @Test
    void noNameGetsTheDefaultWithoutBeingAnError() {
        assertThat(catalog.policyOf(Authorization.DEFAULT).name()).isEqualTo("guest");
        assertThat(catalog.counters().get(PolicyCounter.UNKNOWN)).isZero();
    }

    @Test
    void ratesOfTheAuthorizationGoBeforeThoseOfThePolicy() {
        Policer fast = new Policer(70_000_000, 500_000);
        Policy policy =
                catalog.policyOf(authorization(Optional.of("guest"), Optional.of(fast), Optional.empty(), Map.of()));
        assertThat(policy.name()).isEqualTo("guest");
        assertThat(policy.download()).isEqualTo(fast);
        assertThat(policy.upload().bitsPerSecond()).isEqualTo(5_000_000);
    }

    @Test
    void ratesWithoutANamedPolicyAreAPolicyOfTheirOwn() {
        Policer fast = new Policer(70_000_000, 500_000);
        Policy policy =
                catalog.policyOf(authorization(Optional.empty(), Optional.of(fast), Optional.of(fast), Map.of()));
        assertThat(policy).isEqualTo(new Policy("radius-rates", fast, fast));
    }

    @Test
    void ownPolicyReplacesTheBuiltInOneUntilItIsTakenAway() {
        OwnPolicy own = new OwnPolicy(OwnPolicy.of("guest", 1_000, 500, 0, 0));
        catalog.bindPolicy(own);
        assertThat(catalog.policyOf(named("guest")).download()).isEqualTo(new Policer(1_000_000, 15_000));
        assertThat(catalog.table().rows())
                .filteredOn(row -> row.get(0).equals("guest"))
                .hasSize(1);
        catalog.unbindPolicy(own);
        assertThat(catalog.policyOf(named("guest")).download().bitsPerSecond()).isEqualTo(10_000_000);
    }

    @Test
    void erxPolicyNamesHaveADirectionEach() {
        Map<String, List<String>> other = Map.of(
                "ERX-Egress-Policy-Name", List.of("residential-100mbps"), "ERX-Ingress-Policy-Name", List.of("guest"));
        Policy policy = catalog.policyOf(
                authorization(Optional.of("residential-100mbps"), Optional.empty(), Optional.empty(), other));
        assertThat(policy.download().bitsPerSecond()).isEqualTo(100_000_000);
        assertThat(policy.upload().bitsPerSecond()).isEqualTo(5_000_000);
    }

    @Test
    void missingDefaultServesWithoutALimit() {
        assertThat(new PolicyCatalog("nowhere").policyOf(Authorization.DEFAULT)).isEqualTo(Policy.UNLIMITED);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> OwnPolicy.of(" ", 1, 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> OwnPolicy.of("a", -1, 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> OwnPolicy.of("a", Long.MAX_VALUE, 1, 1, 1));
        assertThat(OwnPolicy.of("a", 0, 0, 5, 5)).isEqualTo(new Policy("a", Policer.UNLIMITED, Policer.UNLIMITED));
    }

    private void assertRates(String name, long downloadKbps, long uploadKbps, long downloadBurst) {
        Policy policy = catalog.policyOf(named(name));
        assertThat(policy.name()).isEqualTo(name);
        assertThat(policy.download()).isEqualTo(new Policer(downloadKbps * 1000, downloadBurst));
        assertThat(policy.upload().bitsPerSecond()).isEqualTo(uploadKbps * 1000);
    }

    private static Authorization named(String policy) {
        return authorization(Optional.of(policy), Optional.empty(), Optional.empty(), Map.of());
    }

    private static Authorization authorization(
            Optional<String> policy,
            Optional<Policer> download,
            Optional<Policer> upload,
            Map<String, List<String>> other) {
        Authorization rates = Authorization.DEFAULT.withRates(download, upload).withOther(other);
        return policy.map(rates::withPolicy).orElse(rates);
    }
}
