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
 * @param requestId identifier of our last Configure-Request, 0..255
 * @param request its options as they were sent
 */
record Layer<O extends OptionSet<O>>(
        int protocol,
        AutomatonState state,
        int triesLeft,
        int naksSent,
        int naksTaken,
        int nextId,
        int requestId,
        Bytes request,
        O options) {

    Layer {
        if (((triesLeft | naksSent | naksTaken | nextId | requestId) >>> 8) != 0) {
            throw new IllegalArgumentException("Counter or identifier of " + PppProtocol.name(protocol)
                    + " out of range: " + triesLeft + ' ' + naksSent + ' ' + naksTaken + ' ' + nextId + ' '
                    + requestId);
        }
    }

    /** A layer that nobody wants yet. */
    static <O extends OptionSet<O>> Layer<O> begin(int protocol, O options) {
        return new Layer<>(protocol, AutomatonState.INITIAL, 0, 0, 0, 1, 0, Bytes.EMPTY, options);
    }

    Layer<O> with(O others) {
        return new Layer<>(protocol, state, triesLeft, naksSent, naksTaken, nextId, requestId, request, others);
    }

    /** The same behind a packet that took {@link #nextId()}. */
    Layer<O> withIdTaken() {
        return new Layer<>(
                protocol, state, triesLeft, naksSent, naksTaken, (nextId + 1) & 0xff, requestId, request, options);
    }

    boolean isOpened() {
        return state == AutomatonState.OPENED;
    }
}
