package sluice.pools;

import java.util.List;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * Notes for after a restart. Nobody waits for one: if it is lost, a subscriber loses what he is accustomed to and
 * nothing else. Safe for any thread.
 */
record Notes(Journal journal, CounterSet<PoolCounter> counters) {

    void write(StoreChange change) {
        journal.submit(new Transaction(List.of(change), List.of()), new Journal.Completion() {
            @Override
            public void durable() {
                // nobody waits for it
            }

            @Override
            public void failed(JournalFailure failure) {
                counters.count(PoolCounter.JOURNAL_FAILED);
            }
        });
    }
}
