package sluice.dataplane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;

/** What an element of a set or map has beside its key. */
sealed interface ElementData {

    /** Nothing. */
    ElementData NONE = new Comment("");

    /** A counter that begins at zero. */
    ElementData COUNTER = new Counter(0, 0);

    /** A text that nft(8) shows, at most 254 bytes; empty: none. */
    record Comment(String text) implements ElementData {}

    /** What it has counted when it is made. */
    record Counter(long packets, long bytes) implements ElementData {}

    /** A bucket of its own. */
    record Limit(Policer policer) implements ElementData {

        /** As the kernel has the rate. */
        long bytesPerSecond() {
            return Math.max(1, policer.bitsPerSecond() / Byte.SIZE);
        }
    }

    /** A number that the map gives. */
    record Value(int value) implements ElementData {}

    /** A class of a queueing discipline that the map gives, with a counter. */
    record ClassId(int value) implements ElementData {}

    /** A chain of rules that the map leads to. */
    record Jump(String chain) implements ElementData {}

    /** A number as registers of the kernel have it. */
    static Bytes register(int value) {
        return Bytes.copyOf(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(0, value));
    }
}
