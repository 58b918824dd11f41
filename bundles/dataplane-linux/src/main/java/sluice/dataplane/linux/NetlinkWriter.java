package sluice.dataplane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import sluice.net.Bytes;

/**
 * Netlink messages one after the other (netlink(7)). Every message is a request; one of them asks for an answer, so
 * that a whole chain costs one.
 *
 * <pre>
 * struct nlmsghdr: length u32 | type u16 | flags u16 | sequence u32 | port u32
 * struct nlattr:   length u16 | type u16 | value, padded to four bytes
 * </pre>
 */
final class NetlinkWriter {

    static final int HEADER_BYTES = 16;
    static final int REQUEST = 1;
    static final int ACKNOWLEDGE = 4;
    static final int NESTED = 0x8000;

    private static final int ALIGNMENT = 4;
    private static final int ATTRIBUTE_BYTES = 4;
    private static final int FLAGS_AT = 6;

    private final ByteBuffer buffer;
    private int message;
    private int sequence;
    private int answered;

    /** @param room bytes; more is a mistake of the writer */
    NetlinkWriter(int room) {
        buffer = ByteBuffer.allocate(room).order(ByteOrder.nativeOrder());
    }

    /** Begins a message. */
    NetlinkWriter message(int type, int flags) {
        message = buffer.position();
        buffer.putInt(0).putShort((short) type).putShort((short) (flags | REQUEST));
        buffer.putInt(++sequence).putInt(0);
        return this;
    }

    /** Ends the message that was begun last. */
    NetlinkWriter end() {
        buffer.putInt(message, buffer.position() - message);
        return this;
    }

    /** Asks for an answer to the message that was begun last: when it comes, everything before is done too. */
    NetlinkWriter acknowledged() {
        buffer.putShort(message + FLAGS_AT, (short) (buffer.getShort(message + FLAGS_AT) | ACKNOWLEDGE));
        answered = sequence;
        return this;
    }

    /** Bytes of the family's own header. */
    NetlinkWriter bytes(int... values) {
        for (int value : values) {
            buffer.put((byte) value);
        }
        return this;
    }

    /** A number of the family's own header, in the machine's order. */
    NetlinkWriter u32(int value) {
        buffer.putInt(value);
        return this;
    }

    NetlinkWriter attribute(int type, Bytes value) {
        buffer.putShort((short) (ATTRIBUTE_BYTES + value.length())).putShort((short) type);
        value.writeTo(buffer);
        pad();
        return this;
    }

    /** A text with the zero that ends it. */
    NetlinkWriter text(int type, String value) {
        return attribute(type, Bytes.copyOf((value + '\0').getBytes(StandardCharsets.UTF_8)));
    }

    /** A number in the machine's order, as rtnetlink has it. */
    NetlinkWriter u32(int type, int value) {
        return words(type, value);
    }

    /** Numbers of 32 bits in the machine's order, one behind the other. */
    NetlinkWriter words(int type, int... values) {
        buffer.putShort((short) (ATTRIBUTE_BYTES + Integer.BYTES * values.length))
                .putShort((short) type);
        for (int value : values) {
            buffer.putInt(value);
        }
        return this;
    }

    NetlinkWriter u64(int type, long value) {
        buffer.putShort((short) (ATTRIBUTE_BYTES + Long.BYTES)).putShort((short) type);
        buffer.putLong(value);
        return this;
    }

    /** A number in network order, as nftables has it. */
    NetlinkWriter net32(int type, int value) {
        return attribute(type, Bytes.copyOf(ByteBuffer.allocate(Integer.BYTES).putInt(0, value)));
    }

    NetlinkWriter net64(int type, long value) {
        return attribute(type, Bytes.copyOf(ByteBuffer.allocate(Long.BYTES).putLong(0, value)));
    }

    /** An attribute made of attributes, which {@code content} writes. */
    NetlinkWriter nest(int type, Runnable content) {
        int start = buffer.position();
        buffer.putShort((short) 0).putShort((short) (type | NESTED));
        content.run();
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    private void pad() {
        while (buffer.position() % ALIGNMENT != 0) {
            buffer.put((byte) 0);
        }
    }

    /** How many bytes there are. */
    int length() {
        return buffer.position();
    }

    /** The sequence number of the message that is answered. */
    int answered() {
        return answered;
    }

    /** What was written. */
    ByteBuffer written() {
        return buffer.duplicate().flip();
    }
}
