package sluice.pppoe;

import sluice.session.api.TerminateCause;

/**
 * Why a link ended (the name is part of the frozen link), with what RADIUS is told and what the peer reads in the
 * Terminate-Request.
 */
enum LinkEnd {
    PEER_TERMINATED("peer_terminated", TerminateCause.USER_REQUEST, "Terminated by the peer"),
    ORDERED("ordered", TerminateCause.ADMIN_RESET, "Terminated by the gateway"),
    NO_ANSWER("no_answer", TerminateCause.LOST_CARRIER, "No answer to Configure-Request"),
    DEAD_PEER("dead_peer", TerminateCause.LOST_CARRIER, "No answer to Echo-Request"),
    LOOPED("looped", TerminateCause.LOST_CARRIER, "Link is looped back"),
    NO_CONVERGENCE("no_convergence", TerminateCause.USER_ERROR, "Options do not converge"),
    PROTOCOL_REJECTED("protocol_rejected", TerminateCause.USER_ERROR, "A protocol that is needed was rejected"),
    AUTHENTICATION_REFUSED("authentication_refused", TerminateCause.USER_ERROR, "Authentication is required"),
    AUTHENTICATION_TIMEOUT("authentication_timeout", TerminateCause.USER_ERROR, "No answer to authentication"),
    AUTHENTICATION_FAILED("authentication_failed", TerminateCause.USER_ERROR, "Authentication failed"),
    AUTHENTICATION_UNANSWERED(
            "authentication_unanswered", TerminateCause.NAS_ERROR, "Authentication is not possible now"),
    REAUTHENTICATION_FAILED(
            "reauthentication_failed", TerminateCause.REAUTHENTICATION_FAILURE, "Authentication failed"),
    OTHER_USER("other_user", TerminateCause.USER_ERROR, "Another user name than before"),
    NO_ADDRESS("no_address", TerminateCause.NAS_ERROR, "No address"),
    NO_NETWORK("no_network", TerminateCause.USER_ERROR, "No network protocol"),
    SETUP_TIMEOUT("setup_timeout", TerminateCause.USER_ERROR, "Not open in time");

    private final String id;
    private final TerminateCause cause;
    private final String text;

    LinkEnd(String id, TerminateCause cause, String text) {
        this.id = id;
        this.cause = cause;
        this.text = text;
    }

    /** Stable name for metrics. */
    String id() {
        return id;
    }

    /** The cause for accounting; of {@link #ORDERED} it is the one that was ordered. */
    TerminateCause cause() {
        return cause;
    }

    /** What the peer is told. */
    String text() {
        return text;
    }
}
