package sluice.net;

/**
 * The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words, an odd last byte
 * padded with zero. Ones' complement sums can be added in any order, so parts are summed one after the other.
 */
public final class InternetChecksum {
    private InternetChecksum() {}

    /** The checksum over all the bytes, 0..65535; over a part that contains its right checksum it is 0. */
    public static int of(Bytes bytes) {
        return finish(sum(0, bytes));
    }

    /** {@code initial} plus the words of an even number of bytes, or of the last part. */
    static long sum(long initial, Bytes bytes) {
        return sum(initial, bytes.array(), bytes.offset(), bytes.length());
    }

    static long sum(long initial, byte[] array, int offset, int length) {
        long sum = initial;
        int i = offset;
        int last = offset + length - 1;
        for (; i < last; i += 2) {
            sum += (array[i] & 0xff) << 8 | array[i + 1] & 0xff;
        }
        return i == last ? sum + ((array[i] & 0xff) << 8) : sum;
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
