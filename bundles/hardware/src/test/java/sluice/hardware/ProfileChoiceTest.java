package sluice.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProfileChoiceTest {
    private static final Machine BOX = machine(Map.of(
            Fact.DMI_VENDOR, List.of("Supermicro"),
            Fact.DMI_PRODUCT, List.of("SYS-E300-9D")));
    private static final Profile GENERIC = profile("generic-x86", Map.of(Fact.DMI_VENDOR, "*"));
    private static final Profile VENDOR = profile("supermicro", Map.of(Fact.DMI_VENDOR, "Supermicro"));
    private static final Profile MODEL =
            profile("e300", Map.of(Fact.DMI_VENDOR, "Supermicro", Fact.DMI_PRODUCT, "SYS-E300*"));
    private static final Profile OTHER = profile("other", Map.of(Fact.ONIE_VENDOR, "Edgecore"));

    @Test
    void profileThatSaysMostAboutTheMachineIsChosen() throws UnfitHardware {
        assertThat(choice(GENERIC, VENDOR, MODEL, OTHER).choose("auto", BOX)).isEqualTo(MODEL);
        assertThat(choice(GENERIC, VENDOR, OTHER).choose("auto", BOX)).isEqualTo(VENDOR);
        assertThat(choice(GENERIC, OTHER).choose("auto", BOX)).isEqualTo(GENERIC);
    }

    @Test
    void settingOverridesWhatTheMachineSays() throws UnfitHardware {
        assertThat(choice(MODEL, OTHER).choose("other", BOX)).isEqualTo(OTHER);
    }

    @Test
    void unknownNameIsRefusedAndTheKnownOnesAreNamed() {
        assertRefused(choice(MODEL, OTHER), "e301", BOX, "e301", "e300, other", "sluice.hardware.cfg");
    }

    @Test
    void unknownMachineIsRefusedWithWhatItSays() {
        assertRefused(choice(OTHER), "auto", BOX, "Supermicro", "SYS-E300-9D", "other");
        assertRefused(choice(OTHER), "auto", machine(Map.of()), "says nothing about itself");
    }

    @Test
    void twoEquallyGoodProfilesAreRefused() {
        Profile twin = profile("twin", Map.of(Fact.DMI_PRODUCT, "SYS-*"));
        assertRefused(choice(VENDOR, twin), "auto", BOX, "supermicro, twin", "equally");
    }

    @Test
    void patternIsTextExceptForTheStar() {
        assertThat(new Match(Map.of(Fact.DMI_PRODUCT, "SYS.E300.9D")).fits(BOX)).isFalse();
        assertThat(new Match(Map.of(Fact.DMI_PRODUCT, "*E300*")).fits(BOX)).isTrue();
        assertThat(new Match(Map.of(Fact.DMI_PRODUCT, "SYS")).fits(BOX)).isFalse();
    }

    @Test
    void missingInterfacesAreAllNamedInOneMessage() {
        Profile wanting = new Profile("lab", List.of(), List.of("trunk9"), List.of("core9"), 0, List.of("sluice-dhcp"));
        assertThatExceptionOfType(UnfitHardware.class)
                .isThrownBy(() -> ProfileChoice.check(wanting, BOX))
                .withMessageContainingAll("lab", "access interface trunk9", "core interface core9", "core0, lo, trunk0")
                .withMessageNotContaining("\n");
    }

    @Test
    void tooLittleMemoryIsRefused() {
        Profile large =
                new Profile("lab", List.of(), List.of("trunk0"), List.of("core0"), 4096, List.of("sluice-dhcp"));
        assertThatExceptionOfType(UnfitHardware.class)
                .isThrownBy(() -> ProfileChoice.check(large, BOX))
                .withMessageContainingAll("2048 MiB", "4096 MiB");
    }

    @Test
    void otherInterfacesCanBeSet() throws UnfitHardware {
        Profile moved = profile("lab", Map.of(Fact.DMI_VENDOR, "*")).on(List.of("lo"), List.of());
        assertThat(moved.access()).containsExactly("lo");
        assertThat(moved.core()).containsExactly("core0");
        ProfileChoice.check(moved, BOX);
    }

    @Test
    void onlyTheDifferenceIsInstalled() {
        FeaturePlan plan = FeaturePlan.of(
                List.of("dhcp", "radius"),
                List.of("dhcp", "console", "pppoe", "byhand"),
                List.of("dhcp", "pppoe", "gone"));
        assertThat(plan).isEqualTo(new FeaturePlan(Set.of("radius"), Set.of("pppoe")));
    }

    @Test
    void secondBootHasNothingToDo() {
        List<String> wanted = List.of("dhcp", "radius");
        assertThat(FeaturePlan.of(wanted, List.of("radius", "dhcp", "console"), wanted)
                        .isEmpty())
                .isTrue();
    }

    private static void assertRefused(ProfileChoice choice, String name, Machine machine, String... words) {
        assertThatExceptionOfType(UnfitHardware.class)
                .isThrownBy(() -> choice.choose(name, machine))
                .withMessageContainingAll(words);
    }

    private static ProfileChoice choice(Profile... profiles) {
        return new ProfileChoice(List.of(profiles));
    }

    private static Profile profile(String name, Map<Fact, String> match) {
        return new Profile(
                name, List.of(new Match(match)), List.of("trunk0"), List.of("core0"), 512, List.of("sluice-dhcp"));
    }

    private static Machine machine(Map<Fact, List<String>> facts) {
        return new Machine(facts, new TreeSet<>(Set.of("lo", "trunk0", "core0")), 2048);
    }
}
