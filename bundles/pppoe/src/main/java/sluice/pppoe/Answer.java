package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;

/**
 * The answer to a Configure-Request (RFC 1661, 5.2 to 5.4).
 *
 * @param code Configure-Ack, -Nak or -Reject
 * @param options with an Ack those asked for, with a Nak what would be good, with a Reject those that never are
 * @param next what the peer has behind it
 */
record Answer<O>(int code, List<PppOption> options, O next) {

    Answer {
        options = List.copyOf(options);
    }

    boolean isGood() {
        return code == ControlPacket.CONFIGURE_ACK;
    }

    /**
     * Collects the answer option by option. A Reject goes before a Nak, and only those options are in it. Used by one
     * method.
     */
    static final class Draft {
        private final List<PppOption> good = new ArrayList<>();
        private final List<PppOption> rejects = new ArrayList<>();
        private final List<PppOption> bad = new ArrayList<>();
        private final List<PppOption> better = new ArrayList<>();

        void accept(PppOption option) {
            good.add(option);
        }

        /** Never, whatever its value. */
        void reject(PppOption option) {
            rejects.add(option);
        }

        /** Not with this value. */
        void nak(PppOption option, PppOption instead) {
            bad.add(option);
            better.add(instead);
        }

        /** The peer should ask for this too. */
        void miss(PppOption option) {
            better.add(option);
        }

        boolean isGood(boolean mayNak) {
            return rejects.isEmpty() && bad.isEmpty() && (better.isEmpty() || !mayNak);
        }

        /**
         * The answer. When there were too many Naks, what would be in one is rejected, and what is missing may be.
         *
         * @param asBefore when the answer is no Ack
         * @param asAsked when it is one
         */
        <O> Answer<O> answer(boolean mayNak, O asBefore, O asAsked) {
            if (isGood(mayNak)) {
                return new Answer<>(ControlPacket.CONFIGURE_ACK, good, asAsked);
            }
            if (rejects.isEmpty() && mayNak) {
                return new Answer<>(ControlPacket.CONFIGURE_NAK, better, asBefore);
            }
            return new Answer<>(ControlPacket.CONFIGURE_REJECT, rejects.isEmpty() ? bad : rejects, asBefore);
        }
    }
}
