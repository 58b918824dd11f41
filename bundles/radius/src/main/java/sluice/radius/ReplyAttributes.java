package sluice.radius;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tinyradius.core.dictionary.Vendor;
import sluice.net.Bytes;

/**
 * The attributes of a verified reply in their order, taken out of Vendor-Specific (RFC 2865, 5.26) by the formats of
 * the dictionary. Total: a Vendor-Specific that does not follow its format comes out whole, as attribute 26.
 */
final class ReplyAttributes {

    private final RadiusDictionary dictionary;

    ReplyAttributes(RadiusDictionary dictionary) {
        this.dictionary = dictionary;
    }

    List<Attribute> of(VerifiedReply reply) {
        List<Attribute> found = new ArrayList<>();
        Bytes rest = reply.attributes();
        while (rest.length() >= 2) {
            int size = Math.clamp(rest.at(1), 2, rest.length()); // verified before; never beyond the end
            Bytes value = rest.slice(2, size - 2);
            if (rest.at(0) != AttributeCode.VENDOR_SPECIFIC || !unwrap(value, found)) {
                found.add(new Attribute(new AttributeCode(0, rest.at(0)), value));
            }
            rest = rest.slice(size);
        }
        return found;
    }

    /** Adds what the Vendor-Specific holds; false, and nothing added, when it cannot be taken apart. */
    private boolean unwrap(Bytes specific, List<Attribute> found) {
        if (specific.length() < 5) {
            return false;
        }
        long vendor = AttributeText.number(specific.slice(0, 4));
        Optional<Vendor> format = dictionary.getVendor((int) vendor);
        if (vendor > Integer.MAX_VALUE || format.isEmpty()) {
            return false;
        }
        int typeSize = format.get().getTypeSize();
        int lengthSize = format.get().getLengthSize();
        int header = typeSize + lengthSize;
        List<Attribute> inner = new ArrayList<>();
        Bytes rest = specific.slice(4);
        while (!rest.isEmpty()) {
            if (rest.length() < header) {
                return false;
            }
            int type = (int) AttributeText.number(rest.slice(0, typeSize));
            int size = lengthSize == 0 ? rest.length() : (int) AttributeText.number(rest.slice(typeSize, lengthSize));
            if (size < header || size > rest.length()) {
                return false;
            }
            inner.add(new Attribute(new AttributeCode((int) vendor, type), rest.slice(header, size - header)));
            rest = rest.slice(size);
        }
        found.addAll(inner);
        return true;
    }
}
