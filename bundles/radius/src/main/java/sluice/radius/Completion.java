package sluice.radius;

import sluice.radius.packet.PacketRefused;
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
     * Reads the reply; what is to be done about it is done by running what is returned, after the request was
     * forgotten.
     *
     * @throws PacketRefused when the reply cannot be used; the request goes on waiting
     */
    Runnable answered(VerifiedPacket reply) throws PacketRefused;

    /** Every server was asked as often as may be, or the client is being closed. */
    void unanswered(String reason);
}
