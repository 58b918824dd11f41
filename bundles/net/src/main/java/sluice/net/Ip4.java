package sluice.net;

/**
 * An IPv4 address, ordered as an unsigned number.
 *
 * @param bits the four bytes, first on the wire highest; the sign of the int means nothing
 */
public record Ip4(int bits) implements Comparable<Ip4> {
    /** 0.0.0.0, no address yet. */
    public static final Ip4 ANY = new Ip4(0);

    /** 255.255.255.255, everybody on this link. */
    public static final Ip4 BROADCAST = new Ip4(-1);

    /** Bytes on the wire. */
    public static final int LENGTH = 4;

    /**
     * The address in dotted decimal: four numbers 0..255 without leading zeros.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static Ip4 parse(String text) {
        int bits = 0;
        int from = 0;
        for (int part = 0; part < LENGTH; part++) {
            int dot = text.indexOf('.', from);
            int to = part == LENGTH - 1 || dot < 0 ? text.length() : dot;
            int value = Digits.decimal(text, from, to, 255);
            if (value < 0 || (part < LENGTH - 1 && dot < 0)) {
                throw new IllegalArgumentException("IPv4 address \"" + text + "\", expected a.b.c.d");
            }
            bits = bits << 8 | value;
            from = to + 1;
        }
        return new Ip4(bits);
    }

    /** The address {@code distance} further on, wrapping at the end of the number space. */
    public Ip4 plus(int distance) {
        return new Ip4(bits + distance);
    }

    /** The address as 0..2^32-1. */
    public long toUnsignedLong() {
        return Integer.toUnsignedLong(bits);
    }

    /** The four bytes as they stand on the wire. */
    public Bytes toBytes() {
        return new WireWriter(LENGTH).ip4(this).toBytes();
    }

    /** True for 0.0.0.0. */
    public boolean isAny() {
        return bits == 0;
    }

    /** True for 255.255.255.255. */
    public boolean isBroadcast() {
        return bits == -1;
    }

    /** True for 224.0.0.0/4 (RFC 5771). */
    public boolean isMulticast() {
        return bits >>> 28 == 0xe;
    }

    /** True for 127.0.0.0/8 (RFC 1122, 3.2.1.3). */
    public boolean isLoopback() {
        return bits >>> 24 == 127;
    }

    /** True for 169.254.0.0/16 (RFC 3927). */
    public boolean isLinkLocal() {
        return bits >>> 16 == 0xa9fe;
    }

    /** True for an address one host can have as its own: not in 0/8, 127/8, 224/4 or 240/4 (RFC 6890). */
    public boolean isHost() {
        int first = bits >>> 24;
        return first != 0 && first != 127 && first < 224;
    }

    @Override
    public int compareTo(Ip4 other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    /** Dotted decimal. */
    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
    }
}
