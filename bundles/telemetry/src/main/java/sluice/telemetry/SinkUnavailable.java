package sluice.telemetry;

import java.io.Serial;

/** The other end of a sink cannot take events now; they come again later. */
final class SinkUnavailable extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    SinkUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
