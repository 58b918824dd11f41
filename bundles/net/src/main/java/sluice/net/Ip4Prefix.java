package sluice.net;

/**
 * An IPv4 network (RFC 4632), such as {@code 10.64.0.0/22}.
 *
 * @param network its lowest address; the bits behind the prefix are zero
 * @param length bits of the prefix, 0..32
 */
public record Ip4Prefix(Ip4 network, int length) implements Comparable<Ip4Prefix> {
    public Ip4Prefix {
        if (length < 0 || length > 32) {
            throw new IllegalArgumentException("prefix length " + length + ", expected 0..32");
        }
        if ((network.bits() & ~mask(length)) != 0) {
            throw new IllegalArgumentException("prefix " + network + "/" + length + " has host bits, expected "
                    + new Ip4(network.bits() & mask(length)) + "/" + length);
        }
    }

    /**
     * The network written as {@code address/length}.
     *
     * @throws IllegalArgumentException if the text is anything else or has host bits
     */
    public static Ip4Prefix parse(String text) {
        int slash = text.indexOf('/');
        int length = slash < 0 ? -1 : Digits.decimal(text, slash + 1, text.length(), 32);
        if (length < 0) {
            throw new IllegalArgumentException("IPv4 prefix \"" + text + "\", expected a.b.c.d/length");
        }
        return new Ip4Prefix(Ip4.parse(text.substring(0, slash)), length);
    }

    /** The network of this length that the address lies in. */
    public static Ip4Prefix around(Ip4 address, int length) {
        if (length < 0 || length > 32) {
            throw new IllegalArgumentException("prefix length " + length + ", expected 0..32");
        }
        return new Ip4Prefix(new Ip4(address.bits() & mask(length)), length);
    }

    /** True when the address lies in this network. */
    public boolean contains(Ip4 address) {
        return (address.bits() & mask(length)) == network.bits();
    }

    /** True when the whole other network lies in this one. */
    public boolean contains(Ip4Prefix other) {
        return other.length >= length && contains(other.network);
    }

    /** The prefix as a mask, such as 255.255.252.0. */
    public Ip4 netmask() {
        return new Ip4(mask(length));
    }

    /** The highest address, to which a broadcast into this network goes (meaningless for /31 and /32, RFC 3021). */
    public Ip4 broadcast() {
        return new Ip4(network.bits() | ~mask(length));
    }

    /** Number of addresses, network and broadcast included: 1..2^32. */
    public long size() {
        return 1L << (32 - length);
    }

    /** By address, then the shorter prefix first. */
    @Override
    public int compareTo(Ip4Prefix other) {
        int order = network.compareTo(other.network);
        return order != 0 ? order : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return network + "/" + length;
    }

    private static int mask(int length) {
        return length == 0 ? 0 : -1 << (32 - length);
    }
}
