package sluice.pools;

import java.util.List;
import java.util.function.BiConsumer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Store;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * What the pools remember over a restart beside the sessions themselves: who had an address last, and which are in
 * quarantine. One key per address, so its size is bounded by the pools'.
 *
 * <pre>
 *   0 1        9
 *  +-+--------+------------...
 *  |1| until  | owner           until: end of the quarantine, wall clock milliseconds, 0 = none
 *  +-+--------+------------...
 * </pre>
 */
final class PoolMemory {

    private static final String REGION = "pools";
    private static final int VERSION = 1;

    private final Journal journal;
    private final Store store;
    private final CounterSet<PoolCounter> counters;

    PoolMemory(Journal journal, Store store, CounterSet<PoolCounter> counters) {
        this.journal = journal;
        this.store = store;
        this.counters = counters;
    }

    void remember(Ip4 address, Bytes owner, long quarantineUntil) {
        Bytes value = new WireWriter(9 + owner.length())
                .u8(VERSION)
                .u64(quarantineUntil)
                .bytes(owner)
                .toBytes();
        StoreChange change = new StoreChange.Put(REGION, address.toBytes(), value);
        journal.submit(new Transaction(List.of(change), List.of()), new Journal.Completion() {
            @Override
            public void durable() {
                // Nobody waits for it: a note that is lost costs a subscriber its accustomed address and nothing else.
            }

            @Override
            public void failed(JournalFailure failure) {
                counters.count(PoolCounter.JOURNAL_FAILED);
            }
        });
    }

    /** One remembered address. */
    record Note(Bytes owner, long quarantineUntil) {}

    void recall(BiConsumer<Ip4, Note> visitor) {
        store.scan(REGION, (key, value) -> {
            try {
                WireReader in = new WireReader(value);
                if (in.u8() == VERSION) {
                    long until = in.u64();
                    visitor.accept(new WireReader(key).ip4(), new Note(in.rest(), until));
                }
            } catch (MalformedPacket e) {
                counters.count(PoolCounter.JOURNAL_FAILED);
            }
        });
    }
}
