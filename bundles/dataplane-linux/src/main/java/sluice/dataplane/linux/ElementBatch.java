package sluice.dataplane.linux;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;

/** Changes of sets that take effect together: packets see all of them or none. */
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
    private static final int ELEMENT_DATA = 2;
    private static final int ELEMENT_USERDATA = 6;
    private static final int ELEMENT_EXPRESSION = 7;
    private static final int VALUE = 1;
    private static final int VERDICT = 2;
    private static final int VERDICT_CODE = 1;
    private static final int VERDICT_CHAIN = 2;
    private static final int JUMP = -3;
    private static final int EXPRESSION_NAME = 1;
    private static final int EXPRESSION_DATA = 2;
    private static final int COUNTER_BYTES = 1;
    private static final int COUNTER_PACKETS = 2;
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
    ElementBatch add(Element element) {
        return change(NEW_ELEMENT, CREATE, element.set(), element.key(), () -> write(element.data()));
    }

    /** The element must be there. */
    ElementBatch delete(SetName set, Bytes key) {
        return change(DELETE_ELEMENT, 0, set, key, () -> {});
    }

    /** Makes of the elements that there are those that there are to be; what stays as it is goes on counting. */
    ElementBatch change(Collection<Element> before, Collection<Element> after) {
        Map<Element.Key, Element> gone = new HashMap<>();
        before.forEach(element -> gone.put(element.id(), element));
        Map<Element.Key, Element> come = new HashMap<>();
        after.forEach(element -> come.put(element.id(), element));
        come.values().removeIf(element -> gone.remove(element.id(), element));
        gone.values().forEach(element -> delete(element.set(), element.key()));
        come.values().forEach(this::add);
        return this;
    }

    private ElementBatch change(int type, int flags, SetName set, Bytes key, Runnable more) {
        elements++;
        writer.message(type, flags);
        writeElement(writer, set, key, more);
        return this;
    }

    private void write(ElementData data) {
        switch (data) {
            case ElementData.Comment(String text) -> writeComment(text);
            case ElementData.Counter counter -> writeCounter(counter);
            case ElementData.Limit limit -> writeLimit(limit.policer(), limit.bytesPerSecond());
            case ElementData.Value(int value) -> writeNumber(value);
            case ElementData.ClassId(int value) -> {
                writeNumber(value);
                writeCounter(new ElementData.Counter(0, 0));
            }
            case ElementData.Jump(String chain) -> {
                Runnable verdict = () -> writer.net32(VERDICT_CODE, JUMP).text(VERDICT_CHAIN, chain);
                writer.nest(ELEMENT_DATA, () -> writer.nest(VERDICT, verdict));
            }
        }
    }

    private void writeNumber(int value) {
        writer.nest(ELEMENT_DATA, () -> writer.attribute(VALUE, ElementData.register(value)));
    }

    /** Type u8, length u8, text, 0. */
    private void writeComment(String comment) {
        if (comment.isEmpty()) {
            return;
        }
        byte[] text = comment.getBytes(StandardCharsets.UTF_8);
        if (text.length > COMMENT_MAX) {
            throw new IllegalArgumentException("Comment of " + text.length + " bytes, expected at most " + COMMENT_MAX);
        }
        Bytes userdata =
                Bytes.of(COMMENT, text.length + 1).plus(Bytes.copyOf(text)).plus(Bytes.of(0));
        writer.attribute(ELEMENT_USERDATA, userdata);
    }

    private void writeCounter(ElementData.Counter counter) {
        writeExpression(
                "counter",
                () -> writer.net64(COUNTER_BYTES, counter.bytes()).net64(COUNTER_PACKETS, counter.packets()));
    }

    /** The kernel's bucket holds one second of the rate and the burst. */
    private void writeLimit(Policer limit, long bytesPerSecond) {
        int burst = (int) Math.min(limit.burstBytes(), Integer.MAX_VALUE);
        writeExpression(
                "limit",
                () -> writer.net64(LIMIT_RATE, bytesPerSecond)
                        .net64(LIMIT_UNIT, 1)
                        .net32(LIMIT_BURST, burst)
                        .net32(LIMIT_TYPE, LIMIT_OF_BYTES)
                        .net32(LIMIT_FLAGS, LIMIT_OVER));
    }

    private void writeExpression(String name, Runnable data) {
        writer.nest(ELEMENT_EXPRESSION, () -> writer.text(EXPRESSION_NAME, name).nest(EXPRESSION_DATA, data));
    }

    /** The family's header, the set and one element of it. */
    static void writeElement(NetlinkWriter writer, SetName set, Bytes key, Runnable more) {
        writeSet(writer, set);
        Runnable element = () -> {
            writer.nest(ELEMENT_KEY, () -> writer.attribute(VALUE, key));
            more.run();
        };
        writer.nest(LIST_ELEMENTS, () -> writer.nest(LIST_ELEMENT, element)).end();
    }

    /** The family's header and the set. */
    static void writeSet(NetlinkWriter writer, SetName set) {
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
