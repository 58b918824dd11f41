package sluice.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Transaction;

/** The journal for the thread that recovers, which does nothing else until it is answered. */
final class AwaitedJournal {

    private static final Logger LOG = LoggerFactory.getLogger(AwaitedJournal.class);
    private static final long SECONDS_MAX = 10;

    private final Journal journal;

    AwaitedJournal(Journal journal) {
        this.journal = journal;
    }

    /** Whether the transaction is durable now; false also when nobody says so within ten seconds. */
    boolean takes(Transaction transaction) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        try {
            journal.submit(transaction, new Journal.Completion() {
                @Override
                public void durable() {
                    answer.complete(true);
                }

                @Override
                public void failed(JournalFailure reason) {
                    answer.complete(false);
                }
            });
            return answer.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (IllegalArgumentException e) {
            LOG.debug("The journal throws a transaction back", e);
            return false;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
