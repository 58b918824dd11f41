package sluice.net;

/**
 * An IPv6 network (RFC 4291, 2.3), such as {@code 2001:db8:64::/48}.
 *
 * @param network its lowest address; the bits behind the prefix are zero
 * @param length bits of the prefix, 0..128
 */
public record Ip6Prefix(Ip6 network, int length) implements Comparable<Ip6Prefix> {
    public Ip6Prefix {
        checkLength(length);
        if (!cut(network, length).equals(network)) {
            throw new IllegalArgumentException("prefix " + network + "/" + length + " has host bits, expected "
                    + cut(network, length) + "/" + length);
        }
    }

    /**
     * The network written as {@code address/length}.
     *
     * @throws IllegalArgumentException if the text is anything else or has host bits
     */
    public static Ip6Prefix parse(String text) {
        int slash = text.indexOf('/');
        int length = slash < 0 ? -1 : Digits.decimal(text, slash + 1, text.length(), 128);
        if (length < 0) {
            throw new IllegalArgumentException("IPv6 prefix \"" + text + "\", expected address/length");
        }
        return new Ip6Prefix(Ip6.parse(text.substring(0, slash)), length);
    }

    /** The network of this length that the address lies in. */
    public static Ip6Prefix around(Ip6 address, int length) {
        checkLength(length);
        return new Ip6Prefix(cut(address, length), length);
    }

    /** True when the address lies in this network. */
    public boolean contains(Ip6 address) {
        return cut(address, length).equals(network);
    }

    /** True when the whole other network lies in this one. */
    public boolean contains(Ip6Prefix other) {
        return other.length >= length && contains(other.network);
    }

    /** By address, then the shorter prefix first. */
    @Override
    public int compareTo(Ip6Prefix other) {
        int order = network.compareTo(other.network);
        return order != 0 ? order : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return network + "/" + length;
    }

    private static void checkLength(int length) {
        if (length < 0 || length > 128) {
            throw new IllegalArgumentException("prefix length " + length + ", expected 0..128");
        }
    }

    private static Ip6 cut(Ip6 address, int length) {
        return new Ip6(address.high() & mask(Math.min(length, 64)), address.low() & mask(Math.max(length - 64, 0)));
    }

    private static long mask(int length) {
        return length == 0 ? 0 : -1L << (64 - length);
    }
}
