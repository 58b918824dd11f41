package sluice.radius;

/** Learns what became of a request: exactly one of the two, on the thread of the request loop. Must not block. */
interface Completion {

    /**
     * Reads the reply; what is to be done about it is done by running what is returned, after the request was
     * forgotten.
     *
     * @throws ReplyRefused when the reply cannot be used; the request goes on waiting
     */
    Runnable answered(VerifiedReply reply) throws ReplyRefused;

    /** Every server was asked as often as may be, or the client is being closed. */
    void unanswered(String reason);
}
