package sluice.coa;

import java.io.Serial;

/** A request that is answered with a NAK. Made as often as somebody asks for it, so without a stack trace. */
final class RequestRefused extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final ErrorCause cause;

    /** The detail is for the operator, for example the name of the attribute. */
    RequestRefused(ErrorCause cause, String detail) {
        super(detail, null, false, false);
        this.cause = cause;
    }

    ErrorCause errorCause() {
        return cause;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
