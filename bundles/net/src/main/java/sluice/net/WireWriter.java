package sluice.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Writes fields in network byte order from front to back into an array that grows as needed. Values wider than their
 * field are refused. Belongs to one method, or is cleared and used again by its one thread.
 */
public final class WireWriter {
    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int CAPACITY_MIN = 16;

    private byte[] array;
    private int length;

    /** An empty writer with room for 512 bytes. */
    public WireWriter() {
        this(512);
    }

    /** An empty writer with room for {@code capacity} bytes before it has to grow. */
    public WireWriter(int capacity) {
        array = new byte[Math.max(capacity, CAPACITY_MIN)];
    }

    /** Bytes written so far. */
    public int length() {
        return length;
    }

    /** One byte, 0..255. */
    public WireWriter u8(int value) {
        check(value, value >>> 8 == 0, 8);
        int at = grow(1);
        array[at] = (byte) value;
        return this;
    }

    /** Two bytes, 0..65535. */
    public WireWriter u16(int value) {
        check(value, value >>> 16 == 0, 16);
        int at = grow(2);
        U16.set(array, at, (short) value);
        return this;
    }

    /** Three bytes, 0..2^24-1. */
    public WireWriter u24(int value) {
        check(value, value >>> 24 == 0, 24);
        return u8(value >>> 16).u16(value & 0xffff);
    }

    /** Four bytes, 0..2^32-1. */
    public WireWriter u32(long value) {
        check(value, value >>> 32 == 0, 32);
        return i32((int) value);
    }

    /** Four bytes as a bit pattern. */
    public WireWriter i32(int bits) {
        int at = grow(4);
        U32.set(array, at, bits);
        return this;
    }

    /** Eight bytes as a bit pattern. */
    public WireWriter u64(long bits) {
        int at = grow(8);
        U64.set(array, at, bits);
        return this;
    }

    /** Six bytes of a MAC address. */
    public WireWriter mac(MacAddress address) {
        return u16((int) (address.value() >>> 32)).i32((int) address.value());
    }

    /** Four bytes of an IPv4 address. */
    public WireWriter ip4(Ip4 address) {
        return i32(address.bits());
    }

    /** Sixteen bytes of an IPv6 address. */
    public WireWriter ip6(Ip6 address) {
        return u64(address.high()).u64(address.low());
    }

    /** All the given bytes. */
    public WireWriter bytes(Bytes bytes) {
        int at = grow(bytes.length());
        bytes.writeTo(array, at);
        return this;
    }

    /** {@code count} zero bytes. */
    public WireWriter zeros(int count) {
        int at = grow(count);
        Arrays.fill(array, at, at + count, (byte) 0);
        return this;
    }

    /** Overwrites the byte written at {@code at}. */
    public void patch8(int at, int value) {
        Objects.checkFromIndexSize(at, 1, length);
        check(value, value >>> 8 == 0, 8);
        array[at] = (byte) value;
    }

    /** Overwrites the two bytes written at {@code at}: a length or checksum known only later. */
    public void patch16(int at, int value) {
        Objects.checkFromIndexSize(at, 2, length);
        check(value, value >>> 16 == 0, 16);
        U16.set(array, at, (short) value);
    }

    /** The Internet checksum sum (see {@link InternetChecksum}) over what was written from {@code from} on. */
    long sumFrom(int from, long initial) {
        return InternetChecksum.sum(initial, array, from, length - from);
    }

    /** A copy of everything written so far. */
    public Bytes toBytes() {
        return Bytes.copyOf(array, 0, length);
    }

    /** Forgets what was written from {@code at} on. */
    public void cut(int at) {
        Objects.checkIndex(at, length + 1);
        length = at;
    }

    /** Forgets what was written and keeps the room. */
    public void clear() {
        length = 0;
    }

    private int grow(int count) {
        int at = length;
        if (count < 0) {
            throw new IllegalArgumentException("count " + count + ", expected 0 or more");
        }
        int needed = Math.addExact(at, count);
        if (needed > array.length) {
            array = Arrays.copyOf(array, Math.max(needed, array.length * 2));
        }
        length = needed;
        return at;
    }

    private static void check(long value, boolean fits, int bits) {
        if (!fits) {
            throw new IllegalArgumentException("value " + value + ", expected " + bits + " bits unsigned");
        }
    }
}
