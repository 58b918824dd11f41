package sluice.radius.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.WireWriter;

class AttributeReaderTest {

    private final RadiusDictionary dictionary = RadiusDictionary.builtIn();
    private final AttributeReader reader = new AttributeReader(dictionary);
    private final AttributeText texts = new AttributeText(dictionary);

    @Test
    void attributesOfVendorsAreTakenOut() {
        AttributeWriter out = new AttributeWriter();
        out.text(AttributeCode.MIKROTIK_RATE_LIMIT, "1M/2M").ip4(AttributeCode.MS_PRIMARY_DNS, Ip4.parse("9.9.9.9"));
        assertThat(read(out)).containsExactly("Mikrotik-Rate-Limit=1M/2M", "MS-Primary-DNS-Server=9.9.9.9");
    }

    @Test
    void severalAttributesMayShareOneVendorSpecific() {
        Bytes specific = Bytes.of(0, 0, 0x3a, 0x8c, 3, 3, 'a', 9, 4, 'b', 'c');
        assertThat(read(26, specific)).containsExactly("Mikrotik-Group=a", "Mikrotik-Realm=bc");
    }

    @Test
    void tagsAreShownBeforeTheValue() { // RFC 2868, 3
        assertThat(read(81, Bytes.of(1).plus(Bytes.utf8("100")))).containsExactly("Tunnel-Private-Group-Id=1:100");
        assertThat(read(81, Bytes.utf8("100"))).containsExactly("Tunnel-Private-Group-Id=100");
        assertThat(read(64, Bytes.of(2, 0, 0, 13))).containsExactly("Tunnel-Type=2:VLAN");
    }

    @Test
    void extendedAttributesHaveASpaceOfTheirOwn() { // RFC 6929, 2.1
        assertThat(read(241, Bytes.of(4, 0, 0, 0, 43))).containsExactly("Original-Packet-Code=43");
        assertThat(read(244, Bytes.of(200, 1, 2))).containsExactly("Attr-244.200=0x0102");
        assertThat(read(241, Bytes.of(26, 0, 0, 0, 9, 7, 'x'))).containsExactly("Attr-241.26.9.7=0x78");
        assertThat(read(241, Bytes.of(4))).containsExactly("Extended-Attribute-1=0x04");
    }

    @Test
    void longExtendedAttributeGoesOnInTheNext() { // RFC 6929, 2.2
        AttributeWriter out = new AttributeWriter();
        out.octets(code(245), Bytes.of(9, 0x80, 'a', 'b')).octets(code(245), Bytes.of(9, 0x80, 'c'));
        out.octets(code(245), Bytes.of(9, 0, 'd')).octets(code(245), Bytes.of(9, 0, 'e'));
        assertThat(read(out)).containsExactly("Attr-245.9=0x61626364", "Attr-245.9=0x65");
    }

    @Test
    void longExtendedAttributeOfAVendorNamesHimOnce() { // RFC 6929, 2.4
        AttributeWriter out = new AttributeWriter();
        out.octets(code(246), Bytes.of(26, 0x80, 0, 0, 0, 9, 1, 'a')).octets(code(246), Bytes.of(26, 0, 'b'));
        assertThat(read(out)).containsExactly("Attr-246.26.9.1=0x6162");
    }

    @Test
    void eapMessageComesInPiecesThatBelongTogether() { // RFC 3579, 3.1
        AttributeWriter out = new AttributeWriter();
        out.octets(code(79), Bytes.of(1, 2)).octets(code(79), Bytes.of(3)).octets(AttributeCode.CLASS, Bytes.of(1));
        out.octets(AttributeCode.CLASS, Bytes.of(2));
        assertThat(read(out)).containsExactly("EAP-Message=0x010203", "Class=0x01", "Class=0x02");
    }

    @Test
    void attributeOfAVendorGoesOnWhereItsFormatSaysSo() {
        dictionary.addVendor("Example", 64_000, new VendorFormat(1, 1, true));
        dictionary.addType(new AttributeType(
                new AttributeCode(64_000, 1), "Example-Text", DataType.STRING, false, false, false, false));
        AttributeWriter out = new AttributeWriter();
        out.octets(code(26), Bytes.of(0, 0, 0xfa, 0, 1, 5, 0x80, 'a', 'b'));
        out.octets(code(26), Bytes.of(0, 0, 0xfa, 0, 1, 4, 0, 'c'));
        assertThat(read(out)).containsExactly("Example-Text=abc");
    }

    @Test
    void vendorSpecificThatCannotBeTakenApartComesOutWhole() {
        assertThat(read(26, Bytes.of(0, 0, 0, 9, 1, 200, 'x'))).containsExactly("Vendor-Specific=0x0000000901c878");
        assertThat(read(26, Bytes.of(0, 0, 0))).containsExactly("Vendor-Specific=0x000000");
    }

    @Test
    void prefixesAreShownWithTheirLength() {
        assertThat(read(123, Bytes.of(0, 56, 0x20, 1, 0xd, 0xb8, 0xaa, 0, 0)))
                .containsExactly("Delegated-IPv6-Prefix=2001:db8:aa00::/56");
        assertThat(read(97, Bytes.of(0, 129, 1))).containsExactly("Framed-IPv6-Prefix=0x008101");
    }

    @Test
    void writtenIsRead() {
        AttributeWriter out = new AttributeWriter();
        for (AttributeCode code : List.of(new AttributeCode(244, 0, 3), new AttributeCode(245, 9, 3), code(18))) {
            out.octets(code, Bytes.utf8("value"));
        }
        out.octets(
                new AttributeCode(54, 300),
                Bytes.of(7),
                dictionary.vendorFormat(54).orElseThrow());
        assertThat(reader.of(packet(out)))
                .extracting(Attribute::code)
                .containsExactly(
                        new AttributeCode(244, 0, 3),
                        new AttributeCode(245, 9, 3),
                        AttributeCode.REPLY_MESSAGE,
                        new AttributeCode(54, 300));
    }

    @Test
    void randomAttributesAreAllReadAndShown() {
        long seed = 6929;
        Random random = new Random(seed);
        int[] types = {26, 79, 64, 81, 97, 123, 241, 245, 246, 27};
        for (int i = 0; i < 20_000; i++) {
            WireWriter attributes = new WireWriter(512);
            for (int n = random.nextInt(8); n > 0; n--) {
                byte[] value = new byte[random.nextInt(24)];
                random.nextBytes(value);
                attributes.u8(types[random.nextInt(types.length)]).u8(2 + value.length);
                attributes.bytes(Bytes.adopt(value));
            }
            for (Attribute attribute : reader.of(new VerifiedPacket(2, 0, Bytes.EMPTY, attributes.toBytes()))) {
                assertThat(texts.show(attribute))
                        .as("seed %d, packet %d", seed, i)
                        .isNotNull();
            }
        }
    }

    private static AttributeCode code(int type) {
        return new AttributeCode(0, type);
    }

    private List<String> read(int type, Bytes value) {
        return read(new AttributeWriter().octets(code(type), value));
    }

    private List<String> read(AttributeWriter out) {
        return reader.of(packet(out)).stream()
                .map(attribute -> dictionary.nameOf(attribute.code()) + "=" + texts.show(attribute))
                .toList();
    }

    private static VerifiedPacket packet(AttributeWriter out) {
        Bytes whole = Bytes.copyOf(out.packet());
        return new VerifiedPacket(2, 0, Bytes.EMPTY, whole.slice(Packets.HEADER));
    }
}
