package sluice.pppoe;

import sluice.net.MalformedPacket;

/** What makes a PPP frame none that can be understood. */
enum PppFault implements MalformedPacket.Reason {
    BAD_PROTOCOL("bad_protocol", "PPP protocol number that no packet can have"),
    SHORT_PACKET("short_packet", "PPP control packet of less than four bytes"),
    LENGTH_TOO_SMALL("length_too_small", "PPP length field smaller than the header"),
    LENGTH_TOO_BIG("length_too_big", "PPP length field beyond the end of the frame"),
    OPTION_TOO_SHORT("option_too_short", "PPP option shorter than its header"),
    OPTION_TOO_LONG("option_too_long", "PPP option beyond the end of the packet"),
    REJECT_TOO_SHORT("reject_too_short", "PPP reject that does not say of what"),
    BAD_CREDENTIALS("bad_credentials", "PAP or CHAP packet whose fields do not fit in it");

    private final String id;
    private final String label;

    PppFault(String id, String label) {
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
