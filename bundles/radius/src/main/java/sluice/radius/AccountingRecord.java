package sluice.radius;

/**
 * What one event means for accounting.
 *
 * @param sequence of the event in the log
 * @param session Acct-Session-Id; records of one session are delivered in order
 * @param alone whether everything before must be delivered first, and nothing may overtake it: Accounting-On and -Off
 *     end sessions at the server
 */
record AccountingRecord(long sequence, String session, boolean alone, RequestDraft draft) {}
