package sluice.dataplane.linux;

import java.util.Comparator;
import java.util.Locale;

/**
 * A length of prefixes that subscribers have. Each has sets of its own, so that a lookup is one hash however many
 * subscribers there are.
 *
 * @param length bits, 1 to those of an address
 */
record Width(Family family, int length) implements Comparable<Width> {

    /** Every subscriber's IPv4 address. */
    static final Width HOST4 = new Width(Family.IP4, 32);

    private static final Comparator<Width> ORDER =
            Comparator.comparing(Width::family).thenComparing(Width::length, Comparator.reverseOrder());

    /** What is looked up of a source or destination. */
    enum Kind {
        /** The subscriber of those who prove interface, line, MAC and address. */
        FROM("iface_index . mark . ether_addr . ", "iif . meta mark . ether saddr . "),
        /** The subscriber of those whose MAC does not matter. */
        LOOSE("iface_index . mark . ", "iif . meta mark . "),
        /** The subscriber of those whose packets pass from everywhere; what is spoofed is counted only. */
        LOGGED("", ""),
        /** The subscriber that packets go to, and whose address it is. */
        TO("", "");

        private final String types;
        private final String fields;

        Kind(String types, String fields) {
            this.types = types;
            this.fields = fields;
        }
    }

    /** The map of this length. */
    SetName map(Kind kind) {
        return SetName.of(kind.name().toLowerCase(Locale.ROOT) + family.digit() + "_" + length);
    }

    /** What is between the braces in nft(8). */
    String definition(Kind kind) {
        return "type " + kind.types + family.type() + " : mark;";
    }

    /** The expression that sets the subscriber's number as the mark of a packet, or ends the rule. */
    String lookup(Kind kind, String end) {
        String address = family.keyword() + " " + end;
        String cut = length == family.bits() ? address : "(" + address + " & " + family.mask(length) + ")";
        return "meta mark set " + kind.fields + cut + " map @" + map(kind).label();
    }

    /** The longest first. */
    @Override
    public int compareTo(Width other) {
        return ORDER.compare(this, other);
    }
}
