package sluice.hardware;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * The identity EEPROM of a white box, in the TlvInfo format of ONIE.
 *
 * <pre>
 * +----------------------------+---------+---------------+--- ... ---+------+---+-----------+
 * | "TlvInfo\0" (8)            | version | length (2)    | TLVs      | 0xFE | 4 | CRC-32    |
 * |                            | 1       | of what       | type (1)  |      |   | of all    |
 * |                            |         | follows       | length (1)|      |   | before it |
 * |                            |         |               | value     |      |   |           |
 * +----------------------------+---------+---------------+--- ... ---+------+---+-----------+
 * </pre>
 */
final class OnieEeprom {
    /** The specification's limit, header included, in bytes. */
    static final int LENGTH_MAX = 2048;

    private static final byte[] MAGIC = "TlvInfo\0".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION_AT = MAGIC.length;
    private static final int HEADER_LENGTH = MAGIC.length + 3;
    private static final int CHECKSUM = 0xFE;
    private static final Map<Integer, Fact> FACTS = Map.of(
            0x21, Fact.ONIE_PRODUCT,
            0x22, Fact.ONIE_PART_NUMBER,
            0x28, Fact.ONIE_PLATFORM,
            0x2D, Fact.ONIE_VENDOR);

    private OnieEeprom() {}

    /** What the EEPROM says; nothing when it is not one of ONIE, is cut short or has a wrong checksum. */
    static Map<Fact, String> decode(byte[] content) {
        if (content.length < HEADER_LENGTH
                || !Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || content[VERSION_AT] != 1) {
            return Map.of();
        }
        ByteBuffer in = ByteBuffer.wrap(content);
        int end = HEADER_LENGTH + Short.toUnsignedInt(in.getShort(VERSION_AT + 1));
        if (end > content.length) {
            return Map.of();
        }
        return decode(in.limit(end).position(HEADER_LENGTH));
    }

    private static Map<Fact, String> decode(ByteBuffer in) {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        while (in.remaining() >= 2) {
            int type = Byte.toUnsignedInt(in.get());
            byte[] value = new byte[Byte.toUnsignedInt(in.get())];
            if (value.length > in.remaining()) {
                return Map.of();
            }
            if (type == CHECKSUM) {
                return value.length == 4 && in.getInt(in.position()) == checksum(in) ? facts : Map.of();
            }
            in.get(value);
            Fact fact = FACTS.get(type);
            if (fact != null) {
                facts.put(fact, new String(value, StandardCharsets.US_ASCII).strip());
            }
        }
        return Map.of();
    }

    private static int checksum(ByteBuffer in) {
        CRC32 crc = new CRC32();
        crc.update(in.duplicate().flip());
        return (int) crc.getValue();
    }
}
