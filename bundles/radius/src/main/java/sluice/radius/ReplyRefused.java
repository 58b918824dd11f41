package sluice.radius;

import java.io.Serial;

/** A datagram that is no answer, with the reason. Made as often as somebody forges, so without a stack trace. */
final class ReplyRefused extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final RefusedReply reason;

    ReplyRefused(RefusedReply reason) {
        super(reason.label(), null, false, false);
        this.reason = reason;
    }

    RefusedReply reason() {
        return reason;
    }
}
