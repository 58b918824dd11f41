package sluice.session.api;

import java.io.Serial;

/** Frozen bytes are of a version that this protocol does not know, or are damaged. */
public final class IncompatibleState extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public IncompatibleState(String message) {
        super(message);
    }
}
