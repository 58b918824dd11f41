package sluice.session.api;

/** Why a session ended: Acct-Terminate-Cause (RFC 2866, 5.10). */
public enum TerminateCause {
    USER_REQUEST(1, "User-Request"),
    LOST_CARRIER(2, "Lost-Carrier"),
    LOST_SERVICE(3, "Lost-Service"),
    IDLE_TIMEOUT(4, "Idle-Timeout"),
    SESSION_TIMEOUT(5, "Session-Timeout"),
    ADMIN_RESET(6, "Admin-Reset"),
    ADMIN_REBOOT(7, "Admin-Reboot"),
    PORT_ERROR(8, "Port-Error"),
    NAS_ERROR(9, "NAS-Error"),
    NAS_REQUEST(10, "NAS-Request"),
    NAS_REBOOT(11, "NAS-Reboot"),
    PORT_UNNEEDED(12, "Port-Unneeded"),
    PORT_PREEMPTED(13, "Port-Preempted"),
    PORT_SUSPENDED(14, "Port-Suspended"),
    SERVICE_UNAVAILABLE(15, "Service-Unavailable"),
    CALLBACK(16, "Callback"),
    USER_ERROR(17, "User-Error"),
    HOST_REQUEST(18, "Host-Request"),
    /** RFC 3580, 2.1. */
    REAUTHENTICATION_FAILURE(20, "Reauthentication-Failure");

    private final int code;
    private final String text;

    TerminateCause(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** The number on the wire. */
    public int code() {
        return code;
    }

    /** The name in RADIUS dictionaries. */
    @Override
    public String toString() {
        return text;
    }
}
