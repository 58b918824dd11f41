package sluice.coa;

import java.util.Optional;
import sluice.radius.packet.Packets;

/** The two kinds of requests (RFC 5176, 2.1 and 2.2) with the codes of their packets. */
enum RequestKind {
    DISCONNECT("disconnect", Packets.DISCONNECT_REQUEST, Packets.DISCONNECT_ACK, Packets.DISCONNECT_NAK),
    CHANGE("coa", Packets.COA_REQUEST, Packets.COA_ACK, Packets.COA_NAK);

    private final String label;
    private final int request;
    private final int ack;
    private final int nak;

    RequestKind(String label, int request, int ack, int nak) {
        this.label = label;
        this.request = request;
        this.ack = ack;
        this.nak = nak;
    }

    /** The kind of a packet with this code, if it is a request. */
    static Optional<RequestKind> of(int code) {
        for (RequestKind kind : values()) {
            if (kind.request == code) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    int ack() {
        return ack;
    }

    int nak() {
        return nak;
    }

    @Override
    public String toString() {
        return label;
    }
}
