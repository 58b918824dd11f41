package sluice.session.api;

/**
 * What became of an effect, or what the engine was told to do. New kinds are added: a protocol needs a {@code default}
 * branch.
 */
public sealed interface Outcome {

    /** The subscriber is known; from now on the session has this authorization. */
    record Accepted(Authorization authorization) implements Outcome {}

    /** The subscriber is refused. */
    record Rejected(String message) implements Outcome {}

    /** Nobody answered the question who the subscriber is, and the operator does not serve unknown ones. */
    record Unanswered(String reason) implements Outcome {}

    /** The address is reserved for the session; {@link SessionView#address} has it. */
    record AddressGranted(AddressGrant grant) implements Outcome {}

    /** There is no address for the session. */
    record AddressRefused(AddressRefusal reason) implements Outcome {}

    /** The session could not be brought up; nothing of it is left in the data plane. */
    record OpenFailed(String reason) implements Outcome {}

    /** What the step did could not be made durable; a session that it opened is taken down again. */
    record NotDurable(String reason) implements Outcome {}

    /** The engine ends the session for this cause; the protocol tells the subscriber if it can, and forgets. */
    record Disconnect(TerminateCause cause) implements Outcome {}
}
