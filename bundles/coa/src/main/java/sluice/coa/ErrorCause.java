package sluice.coa;

import sluice.platform.api.Counter;

/** Why a request was not done, or what came of it beside: Error-Cause (RFC 5176, 3.6). */
enum ErrorCause implements Counter {
    /** Only in a Disconnect-ACK: the session was not online, what there was of it is gone now. */
    RESIDUAL_SESSION_CONTEXT_REMOVED(201, "Residual Session Context Removed"),
    UNSUPPORTED_ATTRIBUTE(401, "Unsupported Attribute"),
    MISSING_ATTRIBUTE(402, "Missing Attribute"),
    NAS_IDENTIFICATION_MISMATCH(403, "NAS Identification Mismatch"),
    /** An attribute has the wrong size or comes too often, or two contradict each other. */
    INVALID_REQUEST(404, "Invalid Request"),
    UNSUPPORTED_SERVICE(405, "Unsupported Service"),
    /** The gateway does not do this kind of request. */
    UNSUPPORTED_EXTENSION(406, "Unsupported Extension"),
    /** Well-formed and not known here, such as the name of a policy. */
    INVALID_ATTRIBUTE_VALUE(407, "Invalid Attribute Value"),
    /** This client may not. */
    ADMINISTRATIVELY_PROHIBITED(501, "Administratively Prohibited"),
    SESSION_CONTEXT_NOT_FOUND(503, "Session Context Not Found"),
    SESSION_CONTEXT_NOT_REMOVABLE(504, "Session Context Not Removable"),
    RESOURCES_UNAVAILABLE(506, "Resources Unavailable"),
    /** In a CoA-NAK: RADIUS is being asked (RFC 5176, 3.2). */
    REQUEST_INITIATED(507, "Request Initiated"),
    MULTIPLE_SESSION_SELECTION(508, "Multiple Session Selection Unsupported");

    private final int code;
    private final String text;

    ErrorCause(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** The number on the wire. */
    @Override
    public int id() {
        return code;
    }

    @Override
    public String label() {
        return code + " " + text;
    }
}
