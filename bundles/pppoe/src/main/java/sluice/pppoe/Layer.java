package sluice.pppoe;

import sluice.net.Bytes;

/**
 * Where one control protocol of a link stands: the automaton of RFC 1661, 4, and its options. Immutable; what happens
 * to it is a {@link LayerTurn}.
 *
 * @param protocol PPP protocol number
 * @param triesLeft of the restart counter, 0..255
 * @param naks Configure-Naks that we sent since the last Ack, against Max-Failure
 * @param naksTaken Naks and Rejects of the peer since the layer was last up, so that no peer can nak for ever
 * @param nextId identifier of our next packet, 0..255
 * @param request our last Configure-Request
 * @param agreement the peer's last Configure-Request that was acknowledged, or that waits for what it asks for
 */
record Layer<O extends OptionSet<O>>(
        int protocol,
        AutomatonState state,
        int triesLeft,
        Naks naks,
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

    /**
     * How often the peer was told what would be better. A request that was only repeated, because we were slow, says
     * nothing of whether the peer learns; so it counts once for many.
     *
     * @param sent to different requests, 0..255
     * @param lastId identifier of the request that got the last one, or {@link Agreement#NOTHING}; not frozen
     * @param repeats of that request, 0..255; not frozen
     */
    record Naks(int sent, int lastId, int repeats) {
        /** Before the first. */
        static final Naks NONE = new Naks(0);

        Naks {
            checkByte(sent);
            checkByte(lastId == Agreement.NOTHING ? 0 : lastId);
            checkByte(repeats);
        }

        Naks(int sent) {
            this(sent, Agreement.NOTHING, 0);
        }

        /** Whether a request of that identifier may get another one. */
        boolean allow(int id, int failuresMax, int repeatsMax) {
            return sent < failuresMax || id == lastId && repeats < repeatsMax;
        }

        /** One more, to the request of that identifier. */
        Naks plus(int id, int repeatsMax) {
            return id == lastId && repeats < repeatsMax
                    ? new Naks(sent, id, repeats + 1)
                    : new Naks(Math.min(sent + 1, 255), id, 0);
        }
    }

    Layer {
        checkByte(triesLeft);
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
        return new Layer<>(protocol, AutomatonState.INITIAL, 0, Naks.NONE, 0, 1, Request.NONE, Agreement.NONE, options);
    }

    Layer<O> with(O others) {
        return new Layer<>(protocol, state, triesLeft, naks, naksTaken, nextId, request, agreement, others);
    }

    /** The same while a request of the peer waits. */
    Layer<O> withWaiting(ControlPacket packet) {
        Agreement waiting = new Agreement(packet.id(), packet.data().compact(), 0);
        return new Layer<>(protocol, state, triesLeft, naks, naksTaken, nextId, request, waiting, options);
    }

    /** The same behind a packet that took {@link #nextId()}. */
    Layer<O> withIdTaken() {
        return new Layer<>(
                protocol, state, triesLeft, naks, naksTaken, (nextId + 1) & 0xff, request, agreement, options);
    }

    boolean isOpened() {
        return state == AutomatonState.OPENED;
    }
}
