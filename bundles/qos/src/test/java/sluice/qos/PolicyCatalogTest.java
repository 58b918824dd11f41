package sluice.qos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.dataplane.api.Treatment.Identity;
import sluice.session.api.Authorization;
import sluice.session.api.Policy;
import sluice.session.api.Reach;

class PolicyCatalogTest {

    private static final PolicyDefaults GUEST = new PolicyDefaults("guest", Identity.STRICT, 0, 0);

    private boolean stopping;
    private final PolicyCatalog catalog = new PolicyCatalog(GUEST, () -> stopping);
    private final List<Set<String>> told = new ArrayList<>();

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
        assertThat(Policer.from(1_000_000).burstBytes()).isEqualTo(15_000);
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
        OwnPolicy own = own("guest", 1_000);
        catalog.bindPolicy(own);
        assertThat(catalog.policyOf(named("guest")).download()).isEqualTo(new Policer(1_000_000, 15_000));
        assertThat(catalog.book().own()).containsExactly("guest");
        catalog.unbindPolicy(own);
        assertThat(catalog.policyOf(named("guest")).download().bitsPerSecond()).isEqualTo(10_000_000);
    }

    @Test
    void reachOfTheAuthorizationGoesBeforeThatOfThePolicy() {
        catalog.bindPolicy(
                new OwnPolicy(TestPolicy.named("late").garden("arrears").settings()));
        assertThat(treatmentOf(named("late"))).isEqualTo(walled("arrears"));
        assertThat(treatmentOf(named("late").withReach(new Reach.Open()))).isEqualTo(Treatment.PLAIN);
        assertThat(treatmentOf(named("late").withReach(new Reach.Walled("guests"))))
                .isEqualTo(walled("guests"));
        assertThat(treatmentOf(named("late").withReach(new Reach.Blocked())).access())
                .isEqualTo(Access.BLOCKED);
        assertThat(treatmentOf(named("guest").withReach(new Reach.Walled("arrears"))))
                .isEqualTo(walled("arrears"));
        assertThat(catalog.counters().get(PolicyCounter.REACH)).isEqualTo(4);
        assertThat(catalog.counters().get(PolicyCounter.GARDEN_UNKNOWN)).isEqualTo(2);
    }

    @Test
    void reachKeepsTheRestOfTheTreatment() {
        catalog.bindPolicy(new OwnPolicy(TestPolicy.named("voice")
                .with("dscp_down", "EF")
                .with("priority", "5")
                .settings()));
        Policy policy = catalog.policyOf(named("voice").withReach(new Reach.Blocked()));
        assertThat(policy.priority()).hasValue(5);
        assertThat(policy.treatment().dscpDown()).hasValue(46);
        assertThat(catalog.policyOf(named("voice").withRates(Optional.of(Policer.towards(1_000_000)), Optional.empty()))
                        .priority())
                .hasValue(5);
    }

    @Test
    void namesOfPoliciesAndGardensAreKnown() {
        OwnGarden garden = new OwnGarden("arrears", "", "");
        catalog.bindGarden(garden);
        assertThat(catalog.knows("Gold")).isTrue();
        assertThat(catalog.knows("gold")).isFalse();
        assertThat(catalog.knowsGarden("arrears")).isTrue();
        garden.take("late", "", "");
        catalog.updatedGarden(garden);
        assertThat(catalog.knowsGarden("arrears")).isFalse();
        catalog.unbindGarden(garden);
        assertThat(catalog.knowsGarden("late")).isFalse();
    }

    @Test
    void listenersHearWhichPoliciesAreDifferentNow() {
        listen();
        OwnPolicy own = own("gold", 1_000);
        catalog.bindPolicy(own);
        catalog.updatedPolicy(own);
        own.take(TestPolicy.named("platinum").rates(1_000, 1_000).settings());
        catalog.updatedPolicy(own);
        catalog.unbindPolicy(own);
        assertThat(told).containsExactly(Set.of("gold"), Set.of("gold", "platinum"), Set.of("platinum"));
    }

    @Test
    void anotherDefaultMayConcernEverySession() {
        listen();
        catalog.take(GUEST);
        catalog.take(new PolicyDefaults("guest", Identity.LOOSE, 0, 0));
        catalog.take(new PolicyDefaults("Gold", Identity.LOOSE, 0, 0));
        OwnPolicy own = own("Gold", 1_000);
        catalog.bindPolicy(own);
        assertThat(told).containsExactly(Set.of(), Set.of(), Set.of());
        assertThat(treatmentOf(named("Bronze")).identity()).isEqualTo(Identity.LOOSE);
    }

    @Test
    void policiesStayWhenTheGatewayStops() {
        OwnPolicy own = own("gold", 1_000);
        catalog.bindPolicy(own);
        listen();
        stopping = true;
        catalog.unbindPolicy(own);
        assertThat(told).isEmpty();
        assertThat(catalog.knows("gold")).isTrue();
    }

    @Test
    void filesThatMakeNoSenseAreComplainedOf() {
        assertThat(catalog.complaints()).isEmpty();
        catalog.bindPolicy(own("a", 1));
        catalog.bindPolicy(new OwnPolicy(
                TestPolicy.named("a").rates(2, 2).config(),
                TestPolicy.named("").with("service_pid", "sluice.qos~second").of(SettingsFile.Source.class)));
        assertThat(catalog.complaints())
                .containsExactly("etc/sluice.qos-second.cfg: name = a is that of another file too, which holds.");
        assertThat(catalog.policyOf(named("a")).download().bitsPerSecond()).isEqualTo(1_000);
        catalog.take(new PolicyDefaults("nowhere", Identity.STRICT, 0, 0));
        assertThat(catalog.complaints()).first().asString().contains("policy = nowhere");
        catalog.modified(TestPolicy.named("").with("identity", "lax").of(PolicyCatalog.Config.class));
        assertThat(catalog.complaints())
                .first()
                .asString()
                .startsWith("etc/sluice.qos.default.cfg: identity = lax")
                .endsWith("the defaults of policies stay as they were.");
    }

    @Test
    void erxPolicyNamesHaveADirectionEach() {
        Map<String, List<String>> other = Map.of(
                "ERX-Egress-Policy-Name", List.of("residential-100mbps"), "ERX-Ingress-Policy-Name", List.of("Bronze"));
        Policy policy = catalog.policyOf(
                authorization(Optional.of("residential-100mbps"), Optional.empty(), Optional.empty(), other));
        assertThat(policy.download().bitsPerSecond()).isEqualTo(100_000_000);
        assertThat(policy.upload().bitsPerSecond()).isEqualTo(10_000_000);
        listen();
        catalog.bindPolicy(own("Silver", 1_000));
        catalog.bindPolicy(own("Bronze", 1_000));
        assertThat(told)
                .as("sessions whose upload is that of Bronze are not called by it")
                .containsExactly(Set.of("Silver"), Set.of());
    }

    @Test
    void policyNamedForTheUploadAloneLimitsTheUpload() {
        Map<String, List<String>> bronze = Map.of("ERX-Ingress-Policy-Name", List.of("Bronze"));
        Policy alone = catalog.policyOf(authorization(Optional.empty(), Optional.empty(), Optional.empty(), bronze));
        assertThat(alone.name()).isEqualTo("radius-rates");
        assertThat(alone.download())
                .as("of the default policy")
                .isEqualTo(catalog.policyOf(Authorization.DEFAULT).download());
        assertThat(alone.upload().bitsPerSecond()).isEqualTo(10_000_000);
        Authorization beside =
                authorization(Optional.of("residential-100mbps"), Optional.empty(), Optional.empty(), bronze);
        assertThat(catalog.policyOf(beside).download().bitsPerSecond()).isEqualTo(100_000_000);
        assertThat(catalog.policyOf(beside).upload().bitsPerSecond()).isEqualTo(10_000_000);
        assertThat(catalog.policyOf(beside.withPolicy("residential-50mbps")))
                .as("another policy takes it away")
                .isEqualTo(catalog.policyOf(named("residential-50mbps")));
    }

    @Test
    void unknownPolicyForTheUploadIsCountedAndComesIntoForceLater() {
        Authorization authorization = authorization(
                Optional.of("residential-100mbps"),
                Optional.empty(),
                Optional.empty(),
                Map.of("ERX-Ingress-Policy-Name", List.of("later")));
        assertThat(catalog.policyOf(authorization)).isEqualTo(catalog.policyOf(named("residential-100mbps")));
        assertThat(catalog.counters().get(PolicyCounter.UPLOAD_UNKNOWN)).isEqualTo(1);
        listen();
        catalog.bindPolicy(own("later", 1_000));
        assertThat(told).as("any session may have it").containsExactly(Set.of());
        assertThat(catalog.policyOf(authorization).upload().bitsPerSecond()).isEqualTo(1_000_000);
    }

    @Test
    void missingDefaultServesWithoutALimit() {
        assertThat(new PolicyCatalog(new PolicyDefaults("nowhere", Identity.STRICT, 0, 0), () -> false)
                        .policyOf(Authorization.DEFAULT))
                .isEqualTo(Policy.UNLIMITED);
    }

    /** From now on. */
    private void listen() {
        new PolicyNews(catalog).bindListener(told::add);
        assertThat(told).as("may have missed everything").containsExactly(Set.of());
        told.clear();
    }

    private static OwnPolicy own(String name, long kbps) {
        return new OwnPolicy(TestPolicy.named(name).rates(kbps, kbps).settings());
    }

    private Treatment treatmentOf(Authorization authorization) {
        return catalog.policyOf(authorization).treatment();
    }

    private static Treatment walled(String garden) {
        return Treatment.PLAIN.withAccess(Access.WALLED, OwnGarden.idOf(garden));
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
        return policy.map(Authorization.DEFAULT::withPolicy)
                .orElse(Authorization.DEFAULT)
                .withRates(download, upload)
                .withOther(other);
    }
}
