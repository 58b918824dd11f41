package sluice.hardware;

import java.io.Serial;

/** The machine and its profile do not go together; the message is one sentence that tells the operator what to do. */
final class UnfitHardware extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    UnfitHardware(String message) {
        super(message);
    }
}
