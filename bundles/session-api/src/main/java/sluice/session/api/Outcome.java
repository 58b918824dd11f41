package sluice.session.api;

import java.util.Optional;
import sluice.net.Bytes;

/**
 * What became of an effect, or what the engine was told to do. New kinds are added: a protocol needs a {@code default}
 * branch.
 */
public sealed interface Outcome {

    /**
     * The subscriber is known; from now on the session has this authorization.
     *
     * @param success value of MS-CHAP2-Success (RFC 2548, 2.3.3), the identifier and then the text with which the
     *     server proves itself; empty unless that was asked by {@link Credentials.MsChap2}
     */
    record Accepted(Authorization authorization, Optional<Bytes> success) implements Outcome {

        /** Without a proof of the server. */
        public Accepted(Authorization authorization) {
            this(authorization, Optional.empty());
        }
    }

    /**
     * The subscriber is refused.
     *
     * @param message Reply-Message, printable, or our own reason
     * @param error value of MS-CHAP-Error (RFC 2548, 2.1.5), the identifier and then the text for the subscriber; empty
     *     when the server sent none
     */
    record Rejected(String message, Optional<Bytes> error) implements Outcome {

        /** Without words of MS-CHAP. */
        public Rejected(String message) {
            this(message, Optional.empty());
        }
    }

    /** Nobody answered the question who the subscriber is, and the operator does not serve unknown ones. */
    record Unanswered(String reason) implements Outcome {}

    /** The address is reserved for the session; {@link SessionView#address} has it. */
    record AddressGranted(AddressGrant grant) implements Outcome {}

    /** There is no address for the session. */
    record AddressRefused(AddressRefusal reason) implements Outcome {}

    /**
     * The session could not be brought up and nothing of it is in the data plane; one that was open is as it was before
     * the attempt.
     *
     * @param passing whether an older session is in the way, so that the same may work when it has ended
     */
    record OpenFailed(String reason, boolean passing) implements Outcome {

        /** For a reason that stays. */
        public OpenFailed(String reason) {
            this(reason, false);
        }
    }

    /** What the step did could not be made durable; a session that it opened is taken down again. */
    record NotDurable(String reason) implements Outcome {}

    /** The engine ends the session for this cause; the protocol tells the subscriber if it can, and forgets. */
    record Disconnect(TerminateCause cause) implements Outcome {}
}
