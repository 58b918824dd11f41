package sluice.net;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A run of bytes as a value: immutable, compared by content, ordered as unsigned numbers.
 *
 * <p>A slice shares the array of its parent, so slicing costs one small object and keeps the whole parent alive; what
 * is kept for long (a session's circuit-id out of a frame) is {@link #compact() compacted} first.
 */
public final class Bytes implements Comparable<Bytes> {
    /** No bytes at all. */
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private final byte[] array;
    private final int offset;
    private final int length;

    private Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /**
     * The bytes named one by one.
     *
     * @throws IllegalArgumentException if a value is outside -128..255
     */
    public static Bytes of(int... values) {
        byte[] array = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            if (values[i] < -128 || values[i] > 255) {
                throw new IllegalArgumentException("byte " + values[i] + ", expected -128..255");
            }
            array[i] = (byte) values[i];
        }
        return adopt(array);
    }

    /** A copy of the whole array. */
    public static Bytes copyOf(byte[] array) {
        return adopt(array.clone());
    }

    /** A copy of {@code length} bytes of the array from {@code offset} on. */
    public static Bytes copyOf(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return adopt(Arrays.copyOfRange(array, offset, offset + length));
    }

    /** A copy of what remains in the buffer; the buffer's position does not move. */
    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] array = new byte[buffer.remaining()];
        buffer.get(buffer.position(), array);
        return adopt(array);
    }

    /**
     * The array itself as a value, without a copy: for whoever made the array and lets go of it here. Writing to the
     * array afterwards breaks every promise of this class.
     */
    public static Bytes adopt(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array, 0, array.length);
    }

    /** The text in UTF-8. */
    public static Bytes utf8(String text) {
        return adopt(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The bytes written as pairs of hexadecimal digits, upper or lower case, without separators.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static Bytes fromHex(String hex) {
        return adopt(HexFormat.of().parseHex(hex));
    }

    /** Number of bytes. */
    public int length() {
        return length;
    }

    /** True when there is not one byte. */
    public boolean isEmpty() {
        return length == 0;
    }

    /**
     * The byte at {@code index} as 0..255.
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    public int at(int index) {
        Objects.checkIndex(index, length);
        return array[offset + index] & 0xff;
    }

    /**
     * The bytes from {@code from} to the end, sharing this value's array.
     *
     * @throws IndexOutOfBoundsException if {@code from} lies outside
     */
    public Bytes slice(int from) {
        return slice(from, length - from);
    }

    /**
     * {@code count} bytes from {@code from} on, sharing this value's array.
     *
     * @throws IndexOutOfBoundsException if the range lies outside
     */
    public Bytes slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, length);
        if (count == length) {
            return this;
        }
        return count == 0 ? EMPTY : new Bytes(array, offset + from, count);
    }

    /** The same value in an array of exactly its size, so that it keeps nothing else alive. */
    public Bytes compact() {
        return length == array.length ? this : adopt(toArray());
    }

    /** This value followed by the other. */
    public Bytes plus(Bytes other) {
        if (other.length == 0) {
            return this;
        }
        if (length == 0) {
            return other;
        }
        byte[] whole = new byte[length + other.length];
        writeTo(whole, 0);
        other.writeTo(whole, length);
        return adopt(whole);
    }

    /** A fresh array with these bytes; the caller's to change. */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /** Copies these bytes into {@code target} from {@code at} on. */
    public void writeTo(byte[] target, int at) {
        System.arraycopy(array, offset, target, at, length);
    }

    /** Puts these bytes at the buffer's position and moves it behind them. */
    public void writeTo(ByteBuffer target) {
        target.put(array, offset, length);
    }

    /** These bytes as pairs of lower-case hexadecimal digits. */
    public String toHex() {
        return HexFormat.of().formatHex(array, offset, offset + length);
    }

    /** These bytes read as UTF-8; what is not UTF-8 becomes U+FFFD, so this is for people and never a key. */
    public String toUtf8() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }

    /** The array these bytes live in, for this package's readers and writers. */
    byte[] array() {
        return array;
    }

    /** Where in {@link #array()} these bytes begin. */
    int offset() {
        return offset;
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that
                && Arrays.equals(array, offset, offset + length, that.array, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return toHex();
    }
}
