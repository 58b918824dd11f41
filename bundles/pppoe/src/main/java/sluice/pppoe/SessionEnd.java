package sluice.pppoe;

import sluice.session.api.TerminateCause;

/** Why a session ended for reasons that its link does not know; those of the link are in {@link LinkEnd}. */
enum SessionEnd {
    PADT("padt", "PADT of the peer", TerminateCause.USER_REQUEST),
    NO_PREFIX("no_prefix", "IPv6 alone, and RADIUS granted no prefix", TerminateCause.SERVICE_UNAVAILABLE),
    OPEN_FAILED("open_failed", "Data plane or policy refused the session", TerminateCause.NAS_ERROR),
    NOT_DURABLE("not_durable", "The session could not be made durable", TerminateCause.NAS_ERROR),
    MOVED("moved", "RADIUS granted another address", TerminateCause.NAS_REQUEST);

    private final String id;
    private final String label;
    private final TerminateCause cause;

    SessionEnd(String id, String label, TerminateCause cause) {
        this.id = id;
        this.label = label;
        this.cause = cause;
    }

    /** Stable name for metrics. */
    String id() {
        return id;
    }

    /** The operator's words. */
    String label() {
        return label;
    }

    /** What accounting is told. */
    TerminateCause cause() {
        return cause;
    }
}
