package sluice.radius;

import sluice.radius.packet.VerifiedPacket;

/** Learns what became of a request: exactly one of the two, on the thread of the request loop. Must not block. */
interface Completion {

    /** For whom nobody waits. */
    Completion NOTHING = new Completion() {
        @Override
        public Runnable answered(VerifiedPacket reply) {
            return () -> {};
        }

        @Override
        public void unanswered(String reason) {}
    };

    /**
     * Reads the reply, which is an answer whatever it holds; what is to be done about it is done by running what is
     * returned, after the request was forgotten.
     */
    Runnable answered(VerifiedPacket reply);

    /** Every server was asked as often as may be, or the client is being closed. */
    void unanswered(String reason);
}
