package sluice.coa;

import sluice.platform.api.Counter;

/** Why a datagram gets no answer (RFC 5176, 2.3 and 6). */
enum Silence implements Counter {
    UNKNOWN_SOURCE(1, "from an address that is no client's"),
    TRUNCATED(2, "ends before its length says"),
    OVERSIZED(3, "longer than 4096 bytes"),
    MALFORMED(4, "attributes do not fill the packet"),
    WRONG_CODE(5, "code is no request"),
    WRONG_AUTHENTICATOR(6, "authenticator is wrong: forged, or another secret"),
    NO_MESSAGE_AUTHENTICATOR(7, "has no Message-Authenticator"),
    WRONG_MESSAGE_AUTHENTICATOR(8, "Message-Authenticator is wrong"),
    NO_EVENT_TIMESTAMP(9, "has no Event-Timestamp"),
    STALE(10, "Event-Timestamp is not of now"),
    IN_PROGRESS(11, "sent again while it is worked on"),
    GIVEN_UP(12, "given up: the session engine said nothing"),
    NOT_SENT(13, "the network did not take the answer"),
    REPLAYED(14, "done before, by its authenticator");

    private final int id;
    private final String label;

    Silence(int id, String label) {
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
