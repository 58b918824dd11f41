package sluice.radius.wire;

import java.io.Serial;

/** A datagram that is no RADIUS packet, with the reason. Made as often as somebody sends one: without a stack trace. */
public final class PacketFault extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** Shorter than a header, or than its length field says. */
        TRUNCATED,
        /** Longer than 4096 bytes. */
        OVERSIZED,
        /** The attributes do not fill the packet. */
        MALFORMED,
        /** More than one Message-Authenticator, or one that does not have 16 bytes. */
        MESSAGE_AUTHENTICATOR
    }

    private final Reason reason;

    PacketFault(Reason reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    /** What is wrong. */
    public Reason reason() {
        return reason;
    }
}
