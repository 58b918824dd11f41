package sluice.radius;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tinyradius.core.attribute.AttributeTemplate;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.LineId;
import sluice.net.WireWriter;

/**
 * Values of attributes as text and back, by the types of the dictionary. Showing is total: a value that does not have
 * the size of its type is shown as octets, a value that is encrypted is not shown.
 */
final class AttributeText {

    private final RadiusDictionary dictionary;

    AttributeText(RadiusDictionary dictionary) {
        this.dictionary = dictionary;
    }

    /** The value for people. Text is as it is unless it could be mistaken for more than one value or is no UTF-8. */
    String show(Attribute attribute) {
        Optional<AttributeTemplate> template = dictionary.template(attribute.code());
        if (template.isEmpty()) {
            return hex(attribute.value());
        }
        if (template.get().encryptEnabled()) {
            return "(encrypted)";
        }
        Bytes value = attribute.value();
        String tag = "";
        if (template.get().isTagged() && !value.isEmpty() && value.at(0) < 0x20) { // RFC 2868, 3
            tag = value.at(0) == 0 ? "" : value.at(0) + ":";
            value = value.slice(1);
        }
        if (dictionary.isIp6Prefix(attribute.code())) {
            return prefix(value);
        }
        return tag + show(template.get(), value);
    }

    private static String show(AttributeTemplate template, Bytes value) {
        int size = value.length();
        return switch (template.getDataType()) {
            case "string" -> text(value);
            case "ipaddr" -> size == 4 ? new Ip4((int) number(value)).toString() : hex(value);
            case "ipv6addr" -> size == 16 ? ip6(value).toString() : hex(value);
            case "date" -> size == 4 ? Instant.ofEpochSecond(number(value)).toString() : hex(value);
            case "integer", "byte", "short", "integer64" ->
                size >= 1 && size <= 8 ? named(template, number(value)) : hex(value);
            default -> hex(value);
        };
    }

    /** The text, or its printable form when it has control characters or is not UTF-8. */
    static String text(Bytes value) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.toArray()))
                    .toString();
            if (text.codePoints().noneMatch(Character::isISOControl)) {
                return text;
            }
        } catch (CharacterCodingException e) { // then it is no text
            return LineId.printable(value);
        }
        return LineId.printable(value);
    }

    /** Unsigned number of up to eight bytes. */
    static long number(Bytes value) {
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            number = number << 8 | value.at(i);
        }
        return number;
    }

    /**
     * The bytes of a value that a protocol gives as text. Octets are hexadecimal after {@code 0x}, else the text
     * itself.
     *
     * @throws IllegalArgumentException when the text does not fit the type
     */
    Bytes parse(AttributeTemplate template, String text) {
        return switch (template.getDataType()) {
            case "ipaddr" -> Ip4.parse(text).toBytes();
            case "ipv6addr" -> Ip6.parse(text).toBytes();
            case "integer" -> new WireWriter(4).u32(numberOf(template, text)).toBytes();
            case "string" -> Bytes.utf8(text);
            default -> text.startsWith("0x") ? Bytes.fromHex(text.substring(2)) : Bytes.utf8(text);
        };
    }

    private static long numberOf(AttributeTemplate template, String text) {
        @Nullable Integer named = template.getEnumeration(text);
        return named != null ? Integer.toUnsignedLong(named) : Long.parseLong(text);
    }

    private static String named(AttributeTemplate template, long number) {
        @Nullable String name = number == (int) number ? template.getEnumeration((int) number) : null;
        return name != null ? name : Long.toUnsignedString(number);
    }

    /** RFC 3162, 2.3: a reserved byte, the length, and as many bytes as it needs, or more. */
    private static String prefix(Bytes value) {
        int size = value.length();
        if (size < 2 || size > 18 || value.at(1) > 128) {
            return hex(value);
        }
        byte[] address = new byte[Ip6.LENGTH];
        value.slice(2).writeTo(address, 0);
        return ip6(Bytes.adopt(address)) + "/" + value.at(1);
    }

    private static Ip6 ip6(Bytes value) {
        return new Ip6(number(value.slice(0, 8)), number(value.slice(8, 8)));
    }

    private static String hex(Bytes value) {
        return "0x" + HexFormat.of().formatHex(value.toArray());
    }
}
