package sluice.pppoe;

import sluice.net.Bytes;

/**
 * Where one control protocol of a link stands: the automaton of RFC 1661, 4, and its options. Immutable; what happens
 * to it is a {@link LayerTurn}.
 *
 * @param protocol PPP protocol number
 * @param triesLeft of the restart counter, 0..255
 * @param naksSent Configure-Naks since the last Ack, against Max-Failure
 * @param naksTaken Naks and Rejects of the peer since the layer was last up, so that no peer can nak for ever
 * @param nextId identifier of our next packet, 0..255
 * @param request our last Configure-Request
 * @param agreement the peer's last Configure-Request that was acknowledged
 */
record Layer<O extends OptionSet<O>>(
        int protocol,
        AutomatonState state,
        int triesLeft,
        int naksSent,
        int naksTaken,
        int nextId,
        Request request,
        Agreement agreement,
        O options) {

    /**
     * A Configure-Request of ours.
     *
     * @param id 0..255
     * @param options as they were sent
     * @param answersDue how often it was sent without an answer: so many answers may come that mean nothing new, 0..255
     */
    record Request(int id, Bytes options, int answersDue) {
        /** Before the first. */
        static final Request NONE = new Request(0, Bytes.EMPTY, 0);

        Request {
            checkByte(id);
            checkByte(answersDue);
        }

        Request sentAgain() {
            return new Request(id, options, Math.min(answersDue + 1, 255));
        }

        Request answered() {
            return new Request(id, options, Math.max(answersDue - 1, 0));
        }
    }

    /**
     * A Configure-Request of the peer.
     *
     * @param id 0..255, or {@link #NOTHING}
     * @param options as they came
     * @param repeats how often it came again since the layer is up, 0..255
     */
    record Agreement(int id, Bytes options, int repeats) {
        /** No identifier. */
        static final int NOTHING = -1;

        /** Before the first. */
        static final Agreement NONE = new Agreement(NOTHING, Bytes.EMPTY, 0);

        Agreement {
            checkByte(id == NOTHING ? 0 : id);
            checkByte(repeats);
        }

        boolean isOf(ControlPacket packet) {
            return packet.id() == id && packet.data().equals(options);
        }

        Agreement repeated() {
            return new Agreement(id, options, Math.min(repeats + 1, 255));
        }
    }

    Layer {
        checkByte(triesLeft);
        checkByte(naksSent);
        checkByte(naksTaken);
        checkByte(nextId);
    }

    private static void checkByte(int value) {
        if (value >>> 8 != 0) {
            throw new IllegalArgumentException("Counter or identifier " + value + ", expected 0..255");
        }
    }

    /** A layer that nobody wants yet. */
    static <O extends OptionSet<O>> Layer<O> begin(int protocol, O options) {
        return new Layer<>(protocol, AutomatonState.INITIAL, 0, 0, 0, 1, Request.NONE, Agreement.NONE, options);
    }

    Layer<O> with(O others) {
        return new Layer<>(protocol, state, triesLeft, naksSent, naksTaken, nextId, request, agreement, others);
    }

    /** The same behind a packet that took {@link #nextId()}. */
    Layer<O> withIdTaken() {
        return new Layer<>(
                protocol, state, triesLeft, naksSent, naksTaken, (nextId + 1) & 0xff, request, agreement, options);
    }

    boolean isOpened() {
        return state == AutomatonState.OPENED;
    }
}
