package sluice.radius.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RadiusDictionaryTest {

    private static final Path FREERADIUS = Path.of("/usr/share/freeradius");

    private final RadiusDictionary dictionary = RadiusDictionary.builtIn();

    @Test
    void namesNumbersAndTypesAreKnownBothWays() {
        AttributeType type = dictionary.type("Mikrotik-Rate-Limit").orElseThrow();
        assertThat(type.code()).isEqualTo(new AttributeCode(14988, 8));
        assertThat(type.type()).isEqualTo(DataType.STRING);
        assertThat(dictionary.nameOf(AttributeCode.DELEGATED_IPV6_PREFIX)).isEqualTo("Delegated-IPv6-Prefix");
        assertThat(dictionary.nameOf(new AttributeCode(99_999, 3))).isEqualTo("Attr-26.99999.3");
        AttributeType service = dictionary.type("Service-Type").orElseThrow();
        assertThat(dictionary.valueName(service, 10)).contains("Call-Check");
        assertThat(dictionary.valueOf(service, "Framed")).contains(2L);
        assertThat(dictionary.vendorFormat(54)).contains(new VendorFormat(2, 1, false));
    }

    @Test
    void operatorsFileAddsAndReplacesAndIncludes(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("more"), "ATTRIBUTE Other-Name 11 octets\n");
        Path file = Files.writeString(directory.resolve("own"), """
            # our own
            VENDOR     Example   64000  format=1,1,c
            $INCLUDE more
            $INCLUDE- nowhere
            BEGIN-VENDOR Example
            ATTRIBUTE  Example-Text   1  string  has_tag,encrypt=2
            ATTRIBUTE  Example-Hex    0x10  octets[16]
            ATTRIBUTE  Example-Group  3  tlv
            BEGIN-TLV  Example-Group
            ATTRIBUTE  Example-Part   1  string
            END-TLV    Example-Group
            END-VENDOR Example
            ATTRIBUTE  Example-Long   245.7  string
            ATTRIBUTE  Example-Wide   245.26.64000.5  integer   # of the vendor, extended
            VALUE      Example-Wide   Much  0x10
            """);
        dictionary.add(file);
        assertThat(dictionary.nameOf(AttributeCode.FILTER_ID)).isEqualTo("Other-Name");
        AttributeType text = dictionary.type("Example-Text").orElseThrow();
        assertThat(text.tagged() && text.encrypted()).isTrue();
        assertThat(dictionary.nameOf(new AttributeCode(64_000, 16))).isEqualTo("Example-Hex");
        assertThat(dictionary.type("Example-Part")).isEmpty();
        assertThat(dictionary.nameOf(new AttributeCode(245, 0, 7))).isEqualTo("Example-Long");
        AttributeType wide = dictionary.type(new AttributeCode(245, 64_000, 5)).orElseThrow();
        assertThat(dictionary.valueName(wide, 16)).contains("Much");
        assertThat(dictionary.vendorFormat(64_000)).contains(new VendorFormat(1, 1, true));
    }

    @Test
    void builtInVendorsMayBeExtended(@TempDir Path directory) throws IOException {
        dictionary.add(Files.writeString(directory.resolve("own"), """
            BEGIN-VENDOR Mikrotik
            ATTRIBUTE Mikrotik-New 200 string
            END-VENDOR Mikrotik
            ATTRIBUTE Mikrotik-Old-Way 201 string Mikrotik
            """));
        assertThat(dictionary.nameOf(new AttributeCode(14988, 200))).isEqualTo("Mikrotik-New");
        assertThat(dictionary.nameOf(new AttributeCode(14988, 201))).isEqualTo("Mikrotik-Old-Way");
    }

    @Test
    void lineThatIsNotUnderstoodIsNamed(@TempDir Path directory) throws IOException {
        for (String bad : new String[] {
            "ATTRIBUTE A",
            "ATTRIBUTE A 1 nonsense",
            "ATTRIBUTE A x string",
            "BEGIN-VENDOR Nobody",
            "STRUCT a",
            "VENDOR V -"
        }) {
            Path file = Files.writeString(directory.resolve("bad"), "# comment\n" + bad + "\n");
            assertThatIOException()
                    .as(bad)
                    .isThrownBy(() -> dictionary.add(file))
                    .withMessageContaining("line 2");
        }
    }

    @Test
    void fileThatIncludesItselfIsRefused(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("own"), "$INCLUDE own\n");
        assertThatIOException().isThrownBy(() -> dictionary.add(file)).withMessageContaining("include each other");
    }

    /** All of them, which is more than 200 files of as many vendors. */
    @Test
    void dictionariesOfFreeRadiusAreUnderstood() throws IOException {
        assumeTrue(Files.isDirectory(FREERADIUS), "skipped: needs the package freeradius-common");
        dictionary.add(FREERADIUS.resolve("dictionary"));
        assertThat(dictionary.nameOf(new AttributeCode(9, 1))).isEqualTo("Cisco-AVPair");
        assertThat(dictionary.vendorFormat(24_757)).contains(new VendorFormat(1, 1, true));
    }
}
