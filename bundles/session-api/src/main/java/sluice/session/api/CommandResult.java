package sluice.session.api;

/** What became of a {@link Command}. A receiver needs a {@code default} branch: kinds are added. */
public enum CommandResult {
    /** It is done, in the data plane and durably. */
    DONE,
    /** There is no such session. */
    SESSION_NOT_FOUND,
    /** The shard has too much to do; nothing was changed. */
    OVERLOADED,
    /** It was tried and did not work, nothing was changed; the log has the reason. */
    FAILED,
    /** There is no such policy or walled garden; nothing was changed. */
    POLICY_UNKNOWN,
    /** RADIUS was asked again and refused; the session was ended. */
    REJECTED,
    /** RADIUS was asked again and no server answered; nothing was changed. */
    UNANSWERED
}
