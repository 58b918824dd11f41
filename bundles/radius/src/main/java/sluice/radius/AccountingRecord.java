package sluice.radius;

import sluice.platform.api.LoggedEvent;

/**
 * What one event means for accounting.
 *
 * @param logged the event
 * @param session Acct-Session-Id; records of one session are delivered in order
 * @param alone whether everything before must be delivered first, and nothing may overtake it: Accounting-On and -Off
 *     end sessions at the server
 * @param draft of the request; belongs to the request loop
 */
record AccountingRecord(LoggedEvent logged, String session, boolean alone, RequestDraft draft) {

    /** Place of the event in the log. */
    long sequence() {
        return logged.sequence();
    }
}
