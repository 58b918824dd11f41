package sluice.dataplane.api;

import java.io.Serial;

/** The data plane could not do what was asked; nothing was changed. */
public final class DataPlaneException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Why. A receiver in another bundle needs a {@code default} branch: reasons are added. */
    public enum Reason {
        /** No room for another entry, prefix, length of prefixes, route or network. */
        CAPACITY_REACHED,
        /** Another session is installed at the address or the PPPoE session. */
        ADDRESS_IN_USE,
        /** A port or network is not known to the data plane. */
        UNKNOWN_PORT,
        /** A network overlaps another. */
        NETWORK_OVERLAPS,
        /** This data plane, or this machine, does not do what the entry asks for; the message says what. */
        UNSUPPORTED,
        /** The kernel refused; the message has the call and the error. */
        KERNEL,
        /** An IPv6 prefix or a route is that of another session, or the one lies in the other. */
        CONFLICT
    }

    private final Reason reason;

    public DataPlaneException(Reason reason, String message) {
        super(reason + ": " + message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
