package sluice.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words, an odd last byte
 * padded with zero. Ones' complement sums can be added in any order, so parts are summed one after the other.
 */
public final class InternetChecksum {
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private InternetChecksum() {}

    /** The checksum over all the bytes, 0..65535; over a part that contains its right checksum it is 0. */
    public static int of(Bytes bytes) {
        return finish(sum(0, bytes));
    }

    /** {@code initial} plus the words of a part; every part but the last has an even length. */
    static long sum(long initial, Bytes bytes) {
        return sum(initial, bytes.array(), bytes.offset(), bytes.length());
    }

    /** Adds 32-bit words, which fold to the same sum of 16-bit ones (RFC 1071, 2, parallel summation). */
    static long sum(long initial, byte[] array, int offset, int length) {
        long sum = initial;
        int i = offset;
        int end = offset + length;
        for (; i <= end - 4; i += 4) {
            sum += (int) U32.get(array, i) & 0xffff_ffffL;
        }
        for (int shift = 24; i < end; i++, shift -= 8) {
            sum += (array[i] & 0xffL) << shift;
        }
        return sum;
    }

    /** The sum of the pseudo header of UDP and TCP over IPv4 (RFC 768). */
    static long pseudoHeader(Ip4 source, Ip4 destination, int protocol, int length) {
        return words(source) + words(destination) + protocol + length;
    }

    /** The checksum of a sum. */
    static int finish(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) ~folded & 0xffff;
    }

    private static long words(Ip4 address) {
        return (address.bits() >>> 16) + (long) (address.bits() & 0xffff);
    }
}
