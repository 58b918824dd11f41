package sluice.pppoe;

import sluice.platform.api.Counter;

/**
 * What the PPPoE server counts. Ids: 1 and up received in discovery, 20 sent, 40 refused in discovery, 60 frames
 * dropped.
 */
enum PppoeCounter implements Counter {
    PADI(1, "PADI received"),
    PADR(2, "PADR received"),
    PADR_REPEATED(3, "PADR received again while its session is set up"),
    PADT(4, "PADT received"),

    PADO(20, "PADO sent"),
    PADS(21, "PADS sent"),
    PADT_SENT(22, "PADT sent to end a session"),
    PADT_TO_UNKNOWN(23, "PADT sent because the session does not exist"),

    OTHER_SERVICE(40, "PADI ignored: service is not served here"),
    PADI_REFUSED(41, "PADI ignored: no session may begin"),
    PADI_WHILE_FULL(42, "PADI ignored: too many sessions are being set up"),
    ANSWER_TOO_LONG(43, "PADI ignored: its answer would not fit into a frame"),
    FORGED_COOKIE(44, "PADR ignored: cookie was not given to this device and line, or before the last start"),
    STALE_COOKIE(45, "PADR refused: cookie is too old"),
    WRONG_SERVICE(46, "PADR refused: service is not served here"),
    PADR_REFUSED(47, "PADR refused: no session may begin"),
    OCCUPIED(48, "PADR refused: another session of the device has its id"),
    PADT_UNKNOWN(49, "PADT ignored: no such session"),
    LATE_ACK(50, "Terminate-Ack ignored: its session has ended"),

    MALFORMED(60, "Dropped: malformed frame"),
    NOT_PPPOE(61, "Dropped: EtherType of another protocol"),
    BAD_STATION(62, "Dropped: source address is a group or zero"),
    BAD_VERSION(63, "Dropped: version and type are not 1"),
    BAD_LENGTH(64, "Dropped: length goes beyond the frame"),
    BAD_CODE(65, "Dropped: code that no subscriber sends"),
    BAD_SESSION(66, "Dropped: session id that does not go with the code"),
    NO_PROTOCOL(67, "Dropped: session frame too short for a PPP protocol"),
    BAD_TAG(68, "Dropped: tag goes beyond the packet"),
    TOO_LONG(69, "Dropped: PADI longer than 1484 bytes"),
    SERVICE_NAMES(70, "Dropped: not exactly one Service-Name"),
    BAD_MAX_PAYLOAD(71, "Dropped: PPP-Max-Payload is not two bytes"),
    NO_COOKIE(72, "Dropped: PADR without AC-Cookie");

    private final int id;
    private final String label;

    PppoeCounter(int id, String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
