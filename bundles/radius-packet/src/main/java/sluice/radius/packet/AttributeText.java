package sluice.radius.packet;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.WireWriter;

/**
 * Values of attributes as text and back, by the types of the dictionary. Showing is total: a value that does not have
 * the size of its type is shown as octets, a value that is encrypted is not shown. Safe for any thread.
 */
public final class AttributeText {

    private static final int TAG_MAX = 0x1f;

    private final RadiusDictionary dictionary;

    public AttributeText(RadiusDictionary dictionary) {
        this.dictionary = dictionary;
    }

    /** The value for people. Text is as it is unless it could be mistaken for more than one value or is no UTF-8. */
    public String show(Attribute attribute) {
        Optional<AttributeType> known = dictionary.type(attribute.code());
        if (known.isEmpty()) {
            return hex(attribute.value());
        }
        AttributeType type = known.get();
        if (type.encrypted()) {
            return "(encrypted)";
        }
        Bytes value = attribute.value();
        if (type.tagged() && !value.isEmpty() && value.at(0) <= TAG_MAX) { // RFC 2868, 3: 0 is no tag
            String tag = value.at(0) == 0 ? "" : value.at(0) + ":";
            return tag + show(type, value.slice(1));
        }
        return show(type, value);
    }

    private String show(AttributeType type, Bytes value) {
        int size = value.length();
        if (type.type().isNumber() && size >= 1 && size <= 8) { // a tagged one has three bytes
            return named(type, value);
        }
        if (type.type().size() != 0 && size != type.type().size()) {
            return hex(value);
        }
        return switch (type.type()) {
            case STRING -> text(value);
            case IP4 -> new Ip4((int) number(value)).toString();
            case IP6 -> ip6(value).toString();
            case IP4_PREFIX -> ip4Prefix(value).map(Ip4Prefix::toString).orElseGet(() -> hex(value));
            case IP6_PREFIX -> ip6Prefix(value).map(Ip6Prefix::toString).orElseGet(() -> hex(value));
            case ETHERNET -> MacAddress.of(value).toString();
            case DATE -> Instant.ofEpochSecond(number(value)).toString();
            default -> hex(value);
        };
    }

    /** The text, or its printable form when it has control characters or is not UTF-8. */
    public static String text(Bytes value) {
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
    public static long number(Bytes value) {
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            number = number << 8 | value.at(i);
        }
        return number;
    }

    /**
     * The network of RFC 3162, 2.3: a reserved byte, the length, and as many bytes as it needs; fewer stand for zeros,
     * host bits are ignored. Empty when the value is no such thing.
     */
    public static Optional<Ip6Prefix> ip6Prefix(Bytes value) {
        int size = value.length();
        if (size < 2 || size > 18 || value.at(1) > 128) {
            return Optional.empty();
        }
        byte[] address = new byte[Ip6.LENGTH];
        value.slice(2).writeTo(address, 0);
        return Optional.of(Ip6Prefix.around(ip6(Bytes.adopt(address)), value.at(1)));
    }

    /** The network of RFC 6572, 4.1 and RFC 8044, 3.11: a reserved byte, the length, four bytes. */
    private static Optional<Ip4Prefix> ip4Prefix(Bytes value) {
        if (value.length() != 6 || value.at(1) > 32) {
            return Optional.empty();
        }
        return Optional.of(Ip4Prefix.around(new Ip4((int) number(value.slice(2))), value.at(1)));
    }

    /**
     * The bytes of a value that a protocol gives as text. Octets are hexadecimal after {@code 0x}, else the text
     * itself.
     *
     * @throws IllegalArgumentException when the text does not fit the type
     */
    public Bytes parse(AttributeType type, String text) {
        if (type.repeated() && text.startsWith("0x")) { // all values in a row
            return Bytes.fromHex(text.substring(2));
        }
        return switch (type.type()) {
            case IP4 -> Ip4.parse(text).toBytes();
            case IP6 -> Ip6.parse(text).toBytes();
            case ETHERNET -> MacAddress.parse(text).toBytes();
            case INT8, INT16, INT32, INT64, SIGNED32 -> numberOf(type, text);
            case STRING -> Bytes.utf8(text);
            default -> text.startsWith("0x") ? Bytes.fromHex(text.substring(2)) : Bytes.utf8(text);
        };
    }

    private Bytes numberOf(AttributeType type, String text) {
        Optional<Long> named = dictionary.valueOf(type, text);
        long number = named.isPresent() ? named.get() : Long.parseLong(text);
        int size = type.type().size();
        if (size < 8 && (number >>> 8 * size) != 0 && type.type() != DataType.SIGNED32) {
            throw new IllegalArgumentException(type.name() + " " + text + ", expected a number of " + size + " bytes");
        }
        return new WireWriter(8)
                .u32(number >>> 32)
                .u32(number & 0xffff_ffffL)
                .toBytes()
                .slice(8 - size);
    }

    private String named(AttributeType type, Bytes value) {
        boolean signed = type.type() == DataType.SIGNED32 && value.length() == 4;
        long number = signed ? (int) number(value) : number(value);
        return dictionary
                .valueName(type, number)
                .orElseGet(() -> signed ? Long.toString(number) : Long.toUnsignedString(number));
    }

    private static Ip6 ip6(Bytes value) {
        return new Ip6(number(value.slice(0, 8)), number(value.slice(8, 8)));
    }

    private static String hex(Bytes value) {
        return "0x" + HexFormat.of().formatHex(value.toArray());
    }
}
