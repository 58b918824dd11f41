package sluice.journal;

import sluice.net.Bytes;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Transaction;

/** What waits for the writer. */
sealed interface Request {

    Journal.Completion completion();

    /** A transaction, encoded by whoever submitted it. */
    record Prepared(Transaction transaction, Bytes changes, Bytes events, Journal.Completion completion)
            implements Request {

        static Prepared of(Transaction transaction, Journal.Completion completion) {
            return new Prepared(
                    transaction,
                    ChangeCodec.encode(transaction.changes()),
                    EventBlock.encode(transaction.events()),
                    completion);
        }

        int bytes() {
            return changes.length() + events.length();
        }
    }

    /** A transaction that was not taken; it waits only for its answer, in its turn and on the journal's thread. */
    record Refused(JournalFailure failure, Journal.Completion completion) implements Request {}
}
