package sluice.dataplane.linux;

import java.nio.charset.StandardCharsets;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;

/**
 * Changes of sets that take effect together: packets see all of them or none. Keys are as in the kernel's registers,
 * every part padded to four bytes.
 */
final class ElementBatch {

    /** A batch holds at most so many elements. */
    static final int ELEMENTS_MAX = 512;

    private static final int ELEMENT_BYTES = 512;
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int NEW_ELEMENT = 10 << 8 | 12;
    private static final int DELETE_ELEMENT = 10 << 8 | 14;
    private static final int CREATE = 0x400;
    private static final int LIST_TABLE = 1;
    private static final int LIST_SET = 2;
    private static final int LIST_ELEMENTS = 3;
    private static final int LIST_ELEMENT = 1;
    private static final int ELEMENT_KEY = 1;
    private static final int ELEMENT_USERDATA = 6;
    private static final int ELEMENT_EXPRESSION = 7;
    private static final int KEY_VALUE = 1;
    private static final int EXPRESSION_NAME = 1;
    private static final int EXPRESSION_DATA = 2;
    private static final int LIMIT_RATE = 1;
    private static final int LIMIT_UNIT = 2;
    private static final int LIMIT_BURST = 3;
    private static final int LIMIT_TYPE = 4;
    private static final int LIMIT_FLAGS = 5;
    private static final int LIMIT_OF_BYTES = 1;
    private static final int LIMIT_OVER = 1;
    private static final int COMMENT = 0;
    private static final int COMMENT_MAX = 254;

    private final NetlinkWriter writer = new NetlinkWriter(ELEMENT_BYTES * (ELEMENTS_MAX + 2));
    private int elements;

    ElementBatch() {
        writer.message(BATCH_BEGIN, 0).bytes(0, 0, 0, 10).end();
    }

    /** An element that is there already stays as it is, with what it counted. */
    ElementBatch add(KernelSet set, Bytes key) {
        return change(NEW_ELEMENT, CREATE, set, key, () -> {});
    }

    /** An element with a comment that nft(8) shows. */
    ElementBatch add(KernelSet set, Bytes key, String comment) {
        byte[] text = comment.getBytes(StandardCharsets.UTF_8);
        if (text.length > COMMENT_MAX) {
            throw new IllegalArgumentException("Comment of " + text.length + " bytes, expected at most " + COMMENT_MAX);
        }
        Bytes userdata =
                Bytes.of(COMMENT, text.length + 1).plus(Bytes.copyOf(text)).plus(Bytes.of(0));
        return change(NEW_ELEMENT, CREATE, set, key, () -> writer.attribute(ELEMENT_USERDATA, userdata));
    }

    /** An element with a bucket of its own. The kernel's bucket holds one second of the rate and the burst. */
    ElementBatch add(KernelSet set, Bytes key, Policer limit) {
        long bytesPerSecond = Math.max(1, limit.bitsPerSecond() / Byte.SIZE);
        int burst = (int) Math.min(limit.burstBytes(), Integer.MAX_VALUE);
        Runnable data = () -> writer.net64(LIMIT_RATE, bytesPerSecond)
                .net64(LIMIT_UNIT, 1)
                .net32(LIMIT_BURST, burst)
                .net32(LIMIT_TYPE, LIMIT_OF_BYTES)
                .net32(LIMIT_FLAGS, LIMIT_OVER);
        Runnable expression = () -> writer.text(EXPRESSION_NAME, "limit").nest(EXPRESSION_DATA, data);
        return change(NEW_ELEMENT, CREATE, set, key, () -> writer.nest(ELEMENT_EXPRESSION, expression));
    }

    /** The element must be there. */
    ElementBatch delete(KernelSet set, Bytes key) {
        return change(DELETE_ELEMENT, 0, set, key, () -> {});
    }

    private ElementBatch change(int type, int flags, KernelSet set, Bytes key, Runnable more) {
        elements++;
        writer.message(type, flags);
        writeElement(writer, set, key, more);
        return this;
    }

    /** The family's header, the set and one element of it. */
    static void writeElement(NetlinkWriter writer, KernelSet set, Bytes key, Runnable more) {
        writeSet(writer, set);
        Runnable element = () -> {
            writer.nest(ELEMENT_KEY, () -> writer.attribute(KEY_VALUE, key));
            more.run();
        };
        writer.nest(LIST_ELEMENTS, () -> writer.nest(LIST_ELEMENT, element)).end();
    }

    /** The family's header and the set. */
    static void writeSet(NetlinkWriter writer, KernelSet set) {
        writer.bytes(set.family(), 0, 0, 0).text(LIST_TABLE, Ruleset.TABLE).text(LIST_SET, set.label());
    }

    int elements() {
        return elements;
    }

    /** The whole, which cannot be added to any more. */
    NetlinkWriter request() {
        return writer.acknowledged().message(BATCH_END, 0).bytes(0, 0, 0, 10).end();
    }
}
