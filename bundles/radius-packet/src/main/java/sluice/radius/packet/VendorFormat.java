package sluice.radius.packet;

/**
 * How a vendor writes its attributes within Vendor-Specific (RFC 2865, 5.26).
 *
 * @param typeSize bytes of the type: 1, 2 or 4
 * @param lengthSize bytes of the length: 0 (one attribute, as long as there is room), 1 or 2
 * @param continuation whether a byte follows whose highest bit says that the value goes on in the next attribute
 */
public record VendorFormat(int typeSize, int lengthSize, boolean continuation) {

    /** What RFC 2865 recommends. */
    public static final VendorFormat RECOMMENDED = new VendorFormat(1, 1, false);

    public VendorFormat {
        if (typeSize != 1 && typeSize != 2 && typeSize != 4 || lengthSize < 0 || lengthSize > 2) {
            throw new IllegalArgumentException(
                    "Format " + typeSize + "," + lengthSize + ", expected a type of 1, 2 or 4 and a length of 0 to 2");
        }
    }

    /** Bytes before the value. */
    int headerSize() {
        return typeSize + lengthSize + (continuation ? 1 : 0);
    }
}
