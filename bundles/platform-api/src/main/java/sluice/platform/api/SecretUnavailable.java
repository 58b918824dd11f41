package sluice.platform.api;

import java.io.Serial;

/** A secret that a configuration names is not to be had; the message tells the operator what to do. */
public final class SecretUnavailable extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public SecretUnavailable(String message) {
        super(message);
    }
}
