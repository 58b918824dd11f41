package sluice.pppoe;

import java.util.Optional;
import sluice.net.Bytes;

/**
 * How far the peer has proved who it is. Immutable; what happens to it is an {@link AuthenticationTurn}. It holds no
 * secret: a password is passed on and forgotten.
 *
 * <pre>
 *             challenge, or wait          proof              answer
 *    IDLE -----------------------> WAITING -----> ASKING --------------> DONE
 *                                     ^                                    |
 *                                     +------------------------------------+ a new challenge
 * </pre>
 *
 * @param method empty when the peer has to prove nothing
 * @param id of the last challenge, or of the peer's last request, 0..255
 * @param nextId of the next challenge, 0..255
 * @param challenge 16 bytes; empty with PAP
 * @param triesLeft challenges, or waiting times of PAP, until the peer is given up, 0..255
 * @param failures wrong passwords so far; of a known peer that begins anew, proofs about which nobody was heard
 * @param answer what the peer was told; told again when it asks again
 * @param userName of the last proof; empty before it
 * @param known whether an earlier proof was accepted: then only the same name is
 * @param superseded whether the answer to come is to be thrown away, because the peer began anew meanwhile
 */
record Authentication(
        Stage stage,
        Optional<AuthenticationMethod> method,
        int id,
        int nextId,
        Bytes challenge,
        int triesLeft,
        int failures,
        Optional<ControlPacket> answer,
        Optional<String> userName,
        boolean known,
        boolean superseded) {

    /** Nothing was asked yet. */
    static final Authentication NONE = new Authentication(
            Stage.IDLE, Optional.empty(), 0, 1, Bytes.EMPTY, 0, 0, Optional.empty(), Optional.empty(), false, false);

    /** The position is part of the frozen link. */
    enum Stage {
        IDLE,
        WAITING,
        ASKING,
        DONE
    }

    Authentication {
        if (((id | nextId | triesLeft | failures) >>> 8) != 0) {
            throw new IllegalArgumentException("Counter or identifier of authentication out of range");
        }
    }

    /** The link is down; what is being asked for is not of interest any more. */
    Authentication interrupted() {
        return new Authentication(
                stage == Stage.ASKING ? Stage.ASKING : Stage.IDLE,
                method,
                id,
                nextId,
                challenge,
                triesLeft,
                failures,
                Optional.empty(),
                userName,
                known,
                stage == Stage.ASKING);
    }

    /** What was being asked for is answered, and thrown away. */
    Authentication discarded() {
        return new Authentication(
                Stage.IDLE,
                method,
                id,
                nextId,
                challenge,
                triesLeft,
                failures,
                Optional.empty(),
                userName,
                known,
                false);
    }
}
