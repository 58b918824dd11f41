package sluice.pppoe;

/** The events of RFC 1661, 4.3, in the order of its table. */
enum AutomatonEvent {
    /** The lower layer can carry packets. */
    UP,
    /** The lower layer no longer can. */
    DOWN,
    /** The link is wanted. */
    OPEN,
    /** The link is not wanted any more. */
    CLOSE,
    /** The restart timer is due, and there are tries left. */
    TIMEOUT_RETRY,
    /** The restart timer is due, and there are none left. */
    TIMEOUT_LAST,
    /** A Configure-Request that is acceptable. */
    REQUEST_GOOD,
    /** A Configure-Request that is not. */
    REQUEST_BAD,
    CONFIGURE_ACK,
    /** Configure-Nak or Configure-Reject. */
    CONFIGURE_NAK,
    TERMINATE_REQUEST,
    TERMINATE_ACK,
    UNKNOWN_CODE,
    /** A Code- or Protocol-Reject of something that can be done without. */
    REJECT_HARMLESS,
    /** A Code- or Protocol-Reject of something that cannot. */
    REJECT_FATAL,
    /** Echo-Request, Echo-Reply or Discard-Request. */
    ECHO
}
