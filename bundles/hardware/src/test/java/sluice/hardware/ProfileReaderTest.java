package sluice.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileReaderTest {
    private static final String GOOD = """
        name: box
        description: a box
        match:
          - dmi.vendor: Acme
            dmi.product: "B*"
          - onie.platform: acme-b
        interfaces:
          access: [trunk0, trunk1]
          core: [core0]
        memory_mib: 1024
        features: [sluice-dhcp]
        """;

    @TempDir
    Path directory;

    @Test
    void profileIsRead() throws Exception {
        assertThat(read(GOOD))
                .containsExactly(new Profile(
                        "box",
                        List.of(
                                new Match(Map.of(Fact.DMI_VENDOR, "Acme", Fact.DMI_PRODUCT, "B*")),
                                new Match(Map.of(Fact.ONIE_PLATFORM, "acme-b"))),
                        List.of("trunk0", "trunk1"),
                        List.of("core0"),
                        1024,
                        List.of("sluice-dhcp")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        name: box             | name: crate             | unlike that of its file
        memory_mib: 1024      | memory: 1024            | unknown key memory
        memory_mib: 1024      | memory_mib: -1          | memory_mib -1
        memory_mib: 1024      | memory_mib: lots        | memory_mib is not a number
        onie.platform: acme-b | bios.vendor: x          | unknown fact bios.vendor
        core: [core0]         | core: []                | at least one access and one core
        core: [core0]         | core: core0             | interfaces.core is not a list
        core: [core0]         | core: [1]               | interfaces.core is not a text
        features: [sluice-dhcp] | features: []          | at least one feature
        features: [sluice-dhcp] | features: [           | while parsing
        """)
    void slipIsRefusedWithItsPlace(String right, String wrong, String message) {
        assertThatExceptionOfType(UnfitHardware.class)
                .isThrownBy(() -> read(GOOD.replace(right, wrong)))
                .withMessageContainingAll("box.yaml", message)
                .withMessageNotContaining("\n");
    }

    @Test
    void missingDirectoryIsNamed() {
        assertThatExceptionOfType(UnfitHardware.class)
                .isThrownBy(() -> new ProfileReader().readAll(directory.resolve("none")))
                .withMessageContaining("none");
    }

    @Test
    void shippedProfilesAreGood() throws Exception {
        assertThat(new ProfileReader().readAll(Path.of("../../hw-profiles")))
                .extracting(Profile::name)
                .containsExactly("generic-linux", "generic-x86", "lab");
    }

    private List<Profile> read(String yaml) throws IOException, UnfitHardware {
        Files.writeString(directory.resolve("box.yaml"), yaml);
        return new ProfileReader().readAll(directory);
    }
}
