package sluice.coa;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;

/**
 * IPv4 or IPv6 addresses with the same first bits.
 *
 * @param address its bits behind {@code length} do not count
 * @param length bits that count
 */
record AddressRange(Bytes address, int length) {

    AddressRange {
        if (length < 0 || length > address.length() * 8) {
            throw new IllegalArgumentException("Prefix length " + length + ", expected 0.." + address.length() * 8);
        }
    }

    /**
     * Ranges written as addresses or prefixes, with commas between them.
     *
     * @throws IllegalArgumentException when there is none, or the text is anything else
     */
    static List<AddressRange> parse(String text) {
        List<AddressRange> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            ranges.add(one(part.strip()));
        }
        return ranges;
    }

    private static AddressRange one(String text) {
        int slash = text.indexOf('/');
        Bytes address = Bytes.adopt(InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                .getAddress());
        return new AddressRange(
                address, slash < 0 ? address.length() * 8 : Integer.parseInt(text.substring(slash + 1)));
    }

    boolean contains(InetAddress candidate) {
        byte[] other = candidate.getAddress();
        if (other.length != address.length()) {
            return false;
        }
        int bytes = length / 8;
        for (int i = 0; i < bytes; i++) {
            if ((other[i] & 0xff) != address.at(i)) {
                return false;
            }
        }
        int rest = 8 - length % 8;
        return rest == 8 || (other[bytes] & 0xff) >>> rest == address.at(bytes) >>> rest;
    }
}
