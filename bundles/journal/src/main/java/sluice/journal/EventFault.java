package sluice.journal;

import sluice.net.MalformedPacket;

/** What the codecs of the journal find wrong in bytes that they did not write. */
enum EventFault implements MalformedPacket.Reason {
    /** A one-byte name that no release has given out. */
    UNKNOWN_NAME("unknown_name", "name code is not known"),
    /** A value outside its range. */
    BAD_VALUE("bad_value", "value is out of range");

    private final String id;
    private final String label;

    EventFault(String id, String label) {
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
