package sluice.net;

/** What the decoders of this bundle find wrong. */
public enum WireFault implements MalformedPacket.Reason {
    /** A field lies behind the end of the packet. */
    TRUNCATED("truncated", "packet ends too early"),
    /** A length field contradicts its surroundings. */
    BAD_LENGTH("bad_length", "length field is wrong"),
    /** More than two VLAN tags. */
    TOO_MANY_TAGS("too_many_tags", "more than two VLAN tags"),
    /** The version field is not that of the protocol. */
    BAD_VERSION("bad_version", "wrong IP version"),
    /** The Internet checksum does not match (RFC 1071). */
    BAD_CHECKSUM("bad_checksum", "wrong checksum");

    private final String id;
    private final String label;

    WireFault(String id, String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
