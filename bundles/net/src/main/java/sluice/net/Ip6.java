package sluice.net;

/**
 * An IPv6 address (RFC 4291), ordered as an unsigned number.
 *
 * @param high the first eight bytes on the wire
 * @param low the last eight bytes
 */
public record Ip6(long high, long low) implements Comparable<Ip6> {
    /** ::, no address yet. */
    public static final Ip6 ANY = new Ip6(0, 0);

    /** Bytes on the wire. */
    public static final int LENGTH = 16;

    private static final int GROUPS = 8;

    /**
     * The address in any form of RFC 4291, 2.2: full, compressed with {@code ::}, or ending in dotted decimal. A zone
     * ({@code %eth0}) is refused.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static Ip6 parse(String text) {
        return Ip6Text.parse(text);
    }

    /** The address {@code distance} further on, wrapping at the end of the number space. */
    public Ip6 plus(long distance) {
        long sum = low + distance;
        long carry = distance >= 0
                ? (Long.compareUnsigned(sum, low) < 0 ? 1 : 0)
                : (Long.compareUnsigned(sum, low) > 0 ? -1 : 0);
        return new Ip6(high + carry, sum);
    }

    /** The sixteen bytes as they stand on the wire. */
    public Bytes toBytes() {
        return new WireWriter(LENGTH).ip6(this).toBytes();
    }

    /** The group of 16 bits at {@code index} 0..7, first on the wire first. */
    int group(int index) {
        long half = index < GROUPS / 2 ? high : low;
        return (int) (half >>> (48 - 16 * (index % 4))) & 0xffff;
    }

    /** True for ::. */
    public boolean isAny() {
        return high == 0 && low == 0;
    }

    /** True for ff00::/8 (RFC 4291, 2.7). */
    public boolean isMulticast() {
        return high >>> 56 == 0xff;
    }

    /** True for fe80::/10 (RFC 4291, 2.5.6). */
    public boolean isLinkLocal() {
        return high >>> 54 == 0x3fa;
    }

    @Override
    public int compareTo(Ip6 other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /** The one canonical form of RFC 5952: lower case, the longest run of zero groups as {@code ::}. */
    @Override
    public String toString() {
        return Ip6Text.format(this);
    }
}
