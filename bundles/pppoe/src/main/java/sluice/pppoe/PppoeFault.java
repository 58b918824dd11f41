package sluice.pppoe;

import sluice.net.MalformedPacket;

/** What makes a frame none that a subscriber of PPPoE may send (RFC 2516, 4 and 5). */
enum PppoeFault implements MalformedPacket.Reason {
    NOT_PPPOE("not_pppoe", "EtherType of another protocol", PppoeCounter.NOT_PPPOE),
    BAD_STATION("bad_station", "source address is a group or zero", PppoeCounter.BAD_STATION),
    BAD_VERSION("bad_version", "version and type are not 1", PppoeCounter.BAD_VERSION),
    BAD_LENGTH("bad_length", "length goes beyond the frame", PppoeCounter.BAD_LENGTH),
    BAD_CODE("bad_code", "code that no subscriber sends", PppoeCounter.BAD_CODE),
    BAD_SESSION("bad_session", "session id that does not go with the code", PppoeCounter.BAD_SESSION),
    NO_PROTOCOL("no_protocol", "session frame too short for a PPP protocol", PppoeCounter.NO_PROTOCOL),
    BAD_TAG("bad_tag", "tag goes beyond the packet", PppoeCounter.BAD_TAG),
    TOO_LONG("too_long", "PADI longer than 1484 bytes", PppoeCounter.TOO_LONG),
    SERVICE_NAMES("service_names", "not exactly one Service-Name", PppoeCounter.SERVICE_NAMES),
    BAD_MAX_PAYLOAD("bad_max_payload", "PPP-Max-Payload is not two bytes", PppoeCounter.BAD_MAX_PAYLOAD),
    NO_COOKIE("no_cookie", "PADR without AC-Cookie", PppoeCounter.NO_COOKIE);

    private final String id;
    private final String label;
    private final PppoeCounter counter;

    PppoeFault(String id, String label, PppoeCounter counter) {
        this.id = id;
        this.label = label;
        this.counter = counter;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }

    /** What counts it. */
    PppoeCounter counter() {
        return counter;
    }
}
