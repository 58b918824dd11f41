package sluice.pppoe;

import java.util.Locale;

/** The states of RFC 1661, 4.2, in the order of its table; the position is part of the frozen link. */
enum AutomatonState {
    INITIAL,
    STARTING,
    CLOSED,
    STOPPED,
    CLOSING,
    STOPPING,
    REQ_SENT,
    ACK_RCVD,
    ACK_SENT,
    OPENED;

    /** Whether the restart timer runs (RFC 1661, 4.1). */
    boolean isTimed() {
        return switch (this) {
            case CLOSING, STOPPING, REQ_SENT, ACK_RCVD, ACK_SENT -> true;
            case INITIAL, STARTING, CLOSED, STOPPED, OPENED -> false;
        };
    }

    /** Whether options are under negotiation or agreed. */
    boolean isAlive() {
        return switch (this) {
            case STARTING, REQ_SENT, ACK_RCVD, ACK_SENT, OPENED -> true;
            case INITIAL, CLOSED, STOPPED, CLOSING, STOPPING -> false;
        };
    }

    /** As RFC 1661, 4.2, calls it, in lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
