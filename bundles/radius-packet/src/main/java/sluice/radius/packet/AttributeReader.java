package sluice.radius.packet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.net.Bytes;

/**
 * Takes the attributes of a packet apart, in their order, by the formats of the dictionary: what Vendor-Specific wraps
 * (RFC 2865, 5.26), what the extended types wrap (RFC 6929, 2), and values that go on in the next attribute, which come
 * out as one. Total: what does not follow its format comes out whole, under the type that it stands in. Safe for any
 * thread.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Type 245, 246 |    Length     | Extended-Type |M|  Reserved   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Value ...                                          RFC 6929, 2.2
 * +-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class AttributeReader {

    private static final int MORE = 0x80;

    private final RadiusDictionary dictionary;

    public AttributeReader(RadiusDictionary dictionary) {
        this.dictionary = dictionary;
    }

    /** The attributes of a verified packet. */
    public List<Attribute> of(VerifiedPacket packet) {
        Collector found = new Collector();
        Bytes rest = packet.attributes();
        while (rest.length() >= 2) {
            int size = Math.clamp(rest.at(1), 2, rest.length()); // verified before; never beyond the end
            Bytes value = rest.slice(2, size - 2);
            int type = rest.at(0);
            boolean unwrapped = type == AttributeCode.VENDOR_SPECIFIC && unwrapVendor(value, found)
                    || AttributeCode.isExtension(type) && unwrapExtended(type, value, found);
            if (!unwrapped) {
                AttributeCode code = new AttributeCode(0, type);
                found.add(
                        code,
                        value,
                        dictionary.type(code).filter(AttributeType::joined).isPresent());
            }
            rest = rest.slice(size);
        }
        return found.all();
    }

    /** Adds what the Vendor-Specific holds; false, and nothing added, when it cannot be taken apart. */
    private boolean unwrapVendor(Bytes specific, Collector found) {
        if (specific.length() < 5) {
            return false;
        }
        long vendor = AttributeText.number(specific.slice(0, 4));
        Optional<VendorFormat> known = dictionary.vendorFormat(vendor);
        if (known.isEmpty()) {
            return false;
        }
        VendorFormat format = known.get();
        List<Attribute> inner = new ArrayList<>();
        Bytes rest = specific.slice(4);
        boolean more = false;
        while (!rest.isEmpty()) {
            int header = format.headerSize();
            if (rest.length() < header) {
                return false;
            }
            int type = (int) AttributeText.number(rest.slice(0, format.typeSize()));
            int size = format.lengthSize() == 0
                    ? rest.length()
                    : (int) AttributeText.number(rest.slice(format.typeSize(), format.lengthSize()));
            if (size < header || size > rest.length()) {
                return false;
            }
            more = format.continuation() && (rest.at(header - 1) & MORE) != 0;
            inner.add(new Attribute(new AttributeCode((int) vendor, type), rest.slice(header, size - header)));
            rest = rest.slice(size);
        }
        for (Attribute attribute : inner) {
            Optional<AttributeType> type = dictionary.type(attribute.code());
            found.add(
                    attribute.code(),
                    attribute.value(),
                    type.filter(AttributeType::joined).isPresent());
        }
        if (more) {
            found.expectMore();
        }
        return true;
    }

    private static boolean unwrapExtended(int extension, Bytes value, Collector found) {
        boolean isLong = AttributeCode.isLong(extension);
        int header = isLong ? 2 : 1;
        if (value.length() <= header) {
            return false;
        }
        int type = value.at(0);
        boolean more = isLong && (value.at(1) & MORE) != 0;
        Bytes rest = value.slice(header);
        AttributeCode code = new AttributeCode(extension, 0, type);
        if (found.goesOnWith(code)) {
            found.add(code, rest, false);
        } else if (type == AttributeCode.VENDOR_SPECIFIC) { // RFC 6929, 2.4
            long vendor = rest.length() < 6 ? Long.MAX_VALUE : AttributeText.number(rest.slice(0, 4));
            if (vendor > Integer.MAX_VALUE) {
                return false;
            }
            found.add(new AttributeCode(extension, (int) vendor, rest.at(4)), rest.slice(5), false);
        } else {
            found.add(code, rest, false);
        }
        if (more) {
            found.expectMore();
        }
        return true;
    }

    /** Attributes as they become complete. */
    private static final class Collector {

        private final List<Attribute> found = new ArrayList<>();
        private boolean expecting;

        /** Adds an attribute, or the next piece of the one before it. */
        void add(AttributeCode code, Bytes value, boolean joined) {
            boolean same = !found.isEmpty() && found.getLast().code().equals(code);
            boolean follows = expecting && (same || goesOnWith(code)) || joined && same;
            if (follows) {
                Attribute before = found.removeLast();
                found.add(new Attribute(before.code(), before.value().plus(value)));
            } else {
                found.add(new Attribute(code, value));
            }
            expecting = false;
        }

        void expectMore() {
            expecting = true;
        }

        /**
         * Whether the last attribute waits for a piece under this code. Pieces of an extended attribute of a vendor do
         * not name him again (RFC 6929, 2.4).
         */
        boolean goesOnWith(AttributeCode code) {
            if (!expecting || found.isEmpty() || code.extension() == 0) {
                return false;
            }
            AttributeCode last = found.getLast().code();
            return last.extension() == code.extension()
                    && (last.equals(code)
                            || last.vendor() != 0
                                    && code.type() == AttributeCode.VENDOR_SPECIFIC
                                    && code.vendor() == 0);
        }

        List<Attribute> all() {
            return found;
        }
    }
}
