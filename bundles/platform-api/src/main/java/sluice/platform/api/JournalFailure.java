package sluice.platform.api;

/** Why a transaction was not made durable. */
public enum JournalFailure {
    /** More transactions wait than the journal's bound allows; try later. */
    OVERLOADED,
    /** The disk is full or refuses to write; a person must act. */
    DISK,
    /** The journal is being closed. */
    CLOSED
}
