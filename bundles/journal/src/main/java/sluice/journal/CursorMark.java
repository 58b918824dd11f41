package sluice.journal;

/**
 * What is kept of a cursor.
 *
 * @param name of the reader
 * @param committed last sequence number that is done, 0 when none is
 * @param lost events that went unread
 */
record CursorMark(String name, long committed, long lost) {}
