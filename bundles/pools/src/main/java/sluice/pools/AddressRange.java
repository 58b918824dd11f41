package sluice.pools;

import sluice.net.Ip4;

/**
 * Addresses from the first to the last, both included.
 *
 * @param first not above {@code last}
 */
record AddressRange(Ip4 first, Ip4 last) {

    AddressRange {
        if (first.toUnsignedLong() > last.toUnsignedLong()) {
            throw new IllegalArgumentException("Range " + first + "-" + last + " ends before it begins");
        }
    }

    /** Reads {@code a} or {@code a-b}. */
    static AddressRange parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            Ip4 only = Ip4.parse(text);
            return new AddressRange(only, only);
        }
        return new AddressRange(
                Ip4.parse(text.substring(0, dash).strip()),
                Ip4.parse(text.substring(dash + 1).strip()));
    }

    boolean contains(Ip4 address) {
        long value = address.toUnsignedLong();
        return value >= first.toUnsignedLong() && value <= last.toUnsignedLong();
    }
}
