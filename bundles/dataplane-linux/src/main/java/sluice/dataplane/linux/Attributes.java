package sluice.dataplane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The attributes of a netlink message or of a nest, in order.
 *
 * @param all with their values
 */
record Attributes(List<Attribute> all) {

    private static final int HEADER_BYTES = 4;
    private static final int TYPE_MASK = 0x3fff;

    Attributes {
        all = List.copyOf(all);
    }

    /**
     * One of them.
     *
     * @param value without padding
     */
    record Attribute(int type, ByteBuffer value) {}

    /** Those that begin at {@code from}; what does not fit any more is left out. */
    static Attributes of(ByteBuffer bytes, int from) {
        List<Attribute> found = new ArrayList<>();
        int at = from;
        while (at + HEADER_BYTES <= bytes.limit()) {
            int length = bytes.getShort(at) & 0xffff;
            int type = bytes.getShort(at + 2) & TYPE_MASK;
            if (length < HEADER_BYTES || at + length > bytes.limit()) {
                break;
            }
            ByteBuffer value = bytes.slice(at + HEADER_BYTES, length - HEADER_BYTES);
            found.add(new Attribute(type, value.order(ByteOrder.nativeOrder())));
            at += length + 3 & -4;
        }
        return new Attributes(found);
    }

    /** The first of a type. */
    Optional<ByteBuffer> first(int type) {
        return all.stream()
                .filter(attribute -> attribute.type() == type)
                .map(Attribute::value)
                .findFirst();
    }

    /** Those in the first nest of a type; none when there is no such nest. */
    Attributes nest(int type) {
        return first(type).map(value -> of(value, 0)).orElseGet(() -> new Attributes(List.of()));
    }

    /** A text that ends with a zero, empty when it is not there. */
    String text(int type) {
        return first(type)
                .map(value -> StandardCharsets.UTF_8.decode(value.slice(0, value.limit() - 1)))
                .map(Object::toString)
                .orElse("");
    }

    /** A number in network order, 0 when it is not there. */
    long net64(int type) {
        return first(type)
                .map(value -> value.order(ByteOrder.BIG_ENDIAN).getLong(0))
                .orElse(0L);
    }
}
