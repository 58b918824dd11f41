package sluice.platform.api;

/**
 * Where a reader of the event log stands.
 *
 * @param reader name of the cursor
 * @param committed last sequence number that is done
 * @param behind events in the log after it
 * @param lost events that the bound of the log took away unread
 */
public record CursorPosition(String reader, long committed, long behind, long lost) {}
