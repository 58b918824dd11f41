package sluice.radius.wire;

import java.io.Serial;

/** An attribute that takes effect has a value of the wrong size (RFC 2865, 5). Made without a stack trace. */
public final class WrongValue extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Names the attribute. */
    public WrongValue(AttributeCode code) {
        super(code.toString(), null, false, false);
    }
}
