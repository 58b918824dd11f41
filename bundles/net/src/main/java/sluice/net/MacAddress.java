package sluice.net;

/**
 * An Ethernet MAC address (IEEE 802), 48 bits in the low end of {@code value}, first byte on the wire highest.
 *
 * @param value 0..2^48-1
 */
public record MacAddress(long value) implements Comparable<MacAddress> {
    /** ff:ff:ff:ff:ff:ff, every station. */
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

    /** 00:00:00:00:00:00, no station. */
    public static final MacAddress ZERO = new MacAddress(0);

    /** Bytes on the wire. */
    public static final int LENGTH = 6;

    private static final int TEXT_LENGTH = 17;

    public MacAddress {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException("MAC 0x" + Long.toHexString(value) + ", expected 48 bits");
        }
    }

    /**
     * The address written as six pairs of hexadecimal digits joined by {@code :} or {@code -}.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static MacAddress parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            throw unreadable(text);
        }
        char separator = text.charAt(2);
        if (separator != ':' && separator != '-') {
            throw unreadable(text);
        }
        long value = 0;
        for (int i = 0; i < TEXT_LENGTH; i++) {
            char c = text.charAt(i);
            if (i % 3 == 2) {
                if (c != separator) {
                    throw unreadable(text);
                }
            } else {
                int digit = Digits.hex(c);
                if (digit < 0) {
                    throw unreadable(text);
                }
                value = value << 4 | digit;
            }
        }
        return new MacAddress(value);
    }

    /**
     * The address in the six bytes.
     *
     * @throws IllegalArgumentException if there are not six
     */
    public static MacAddress of(Bytes bytes) {
        if (bytes.length() != LENGTH) {
            throw new IllegalArgumentException("MAC of " + bytes.length() + " bytes, expected 6");
        }
        long value = 0;
        for (int i = 0; i < LENGTH; i++) {
            value = value << 8 | bytes.at(i);
        }
        return new MacAddress(value);
    }

    /** The six bytes as they stand on the wire. */
    public Bytes toBytes() {
        return new WireWriter(LENGTH).mac(this).toBytes();
    }

    /** True for a group address, broadcast included: the lowest bit of the first byte is set. */
    public boolean isMulticast() {
        return (value >>> 40 & 1) != 0;
    }

    /** True for ff:ff:ff:ff:ff:ff. */
    public boolean isBroadcast() {
        return value == BROADCAST.value;
    }

    /** True for an address one station can have as its own: neither a group nor all zero. */
    public boolean isStation() {
        return value != 0 && !isMulticast();
    }

    @Override
    public int compareTo(MacAddress other) {
        return Long.compare(value, other.value);
    }

    /** Lower case with colons: {@code aa:bb:cc:dd:ee:ff}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(TEXT_LENGTH);
        for (int shift = 44; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((int) (value >>> shift) & 0xf, 16));
            if (shift % 8 == 0 && shift != 0) {
                text.append(':');
            }
        }
        return text.toString();
    }

    private static IllegalArgumentException unreadable(String text) {
        return new IllegalArgumentException("MAC \"" + text + "\", expected aa:bb:cc:dd:ee:ff");
    }
}
