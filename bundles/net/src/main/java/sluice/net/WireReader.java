package sluice.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads fields in network byte order from front to back. Whatever lies behind the end is {@link WireFault#TRUNCATED};
 * no other exception leaves a reader. Belongs to one method; reading allocates nothing but the values it returns.
 */
public final class WireReader {
    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Bytes source;
    private final byte[] array;
    private final int start;
    private final int end;
    private int position;

    /** A reader at the first byte of {@code source}. */
    public WireReader(Bytes source) {
        this.source = source;
        this.array = source.array();
        this.start = source.offset();
        this.end = start + source.length();
        this.position = start;
    }

    /** Bytes read so far. */
    public int offset() {
        return position - start;
    }

    /** Bytes not read yet. */
    public int remaining() {
        return end - position;
    }

    /** True while there is a byte to read. */
    public boolean hasRemaining() {
        return position < end;
    }

    /** One byte, 0..255. */
    public int u8() throws MalformedPacket {
        return array[advance(1)] & 0xff;
    }

    /** Two bytes, 0..65535. */
    public int u16() throws MalformedPacket {
        return (short) U16.get(array, advance(2)) & 0xffff;
    }

    /** Three bytes, 0..2^24-1. */
    public int u24() throws MalformedPacket {
        return u8() << 16 | u16();
    }

    /** Four bytes, 0..2^32-1. */
    public long u32() throws MalformedPacket {
        return i32() & 0xffff_ffffL;
    }

    /** Four bytes as a bit pattern. */
    public int i32() throws MalformedPacket {
        return (int) U32.get(array, advance(4));
    }

    /** Eight bytes as a bit pattern; unsigned values above 2^63-1 come out negative. */
    public long u64() throws MalformedPacket {
        return (long) U64.get(array, advance(8));
    }

    /** Six bytes as a MAC address. */
    public MacAddress mac() throws MalformedPacket {
        int at = advance(MacAddress.LENGTH);
        long high = (short) U16.get(array, at) & 0xffffL;
        long low = (int) U32.get(array, at + 2) & 0xffff_ffffL;
        return new MacAddress(high << 32 | low);
    }

    /** Four bytes as an IPv4 address. */
    public Ip4 ip4() throws MalformedPacket {
        return new Ip4(i32());
    }

    /** Sixteen bytes as an IPv6 address. */
    public Ip6 ip6() throws MalformedPacket {
        int at = advance(Ip6.LENGTH);
        return new Ip6((long) U64.get(array, at), (long) U64.get(array, at + 8));
    }

    /** {@code count} bytes, sharing the source's array. */
    public Bytes bytes(int count) throws MalformedPacket {
        int at = advance(count);
        return source.slice(at - start, count);
    }

    /** All bytes not read yet, sharing the source's array. */
    public Bytes rest() {
        Bytes rest = source.slice(position - start);
        position = end;
        return rest;
    }

    /** Steps over {@code count} bytes. */
    public void skip(int count) throws MalformedPacket {
        advance(count);
    }

    /** A refusal of what was read last, for decoders that find a value wrong. */
    public MalformedPacket malformed(MalformedPacket.Reason reason) {
        return new MalformedPacket(reason, offset());
    }

    private int advance(int count) throws MalformedPacket {
        int at = position;
        if (count < 0 || count > end - at) {
            throw new MalformedPacket(WireFault.TRUNCATED, at - start);
        }
        position = at + count;
        return at;
    }
}
