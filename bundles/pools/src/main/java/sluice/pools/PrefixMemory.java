package sluice.pools;

import java.util.function.BiConsumer;
import sluice.net.Bytes;
import sluice.net.Ip6Prefix;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.platform.api.Store;
import sluice.platform.api.StoreChange;

/**
 * Who had a prefix last, over a restart; who has one, the sessions themselves say. The key is the prefix: 16 bytes of
 * address and one of its length; the value a version byte, then the owner.
 */
final class PrefixMemory {

    private static final String REGION = "prefixes";
    private static final int VERSION = 1;

    private final Notes notes;
    private final Store store;
    private final CounterSet<PoolCounter> counters;

    PrefixMemory(Journal journal, Store store, CounterSet<PoolCounter> counters) {
        notes = new Notes(journal, counters);
        this.store = store;
        this.counters = counters;
    }

    /** This owner had the prefix last; empty: nobody who would want it again. */
    void remember(Ip6Prefix prefix, Bytes owner) {
        Bytes key = new WireWriter(17).ip6(prefix.network()).u8(prefix.length()).toBytes();
        StoreChange change = owner.isEmpty()
                ? new StoreChange.Remove(REGION, key)
                : new StoreChange.Put(
                        REGION,
                        key,
                        new WireWriter(1 + owner.length())
                                .u8(VERSION)
                                .bytes(owner)
                                .toBytes());
        notes.write(change);
    }

    /** Visits every prefix that is remembered, and its owner. */
    void recall(BiConsumer<Ip6Prefix, Bytes> visitor) {
        store.scan(REGION, (key, value) -> {
            try {
                WireReader in = new WireReader(value);
                if (in.u8() == VERSION) {
                    WireReader prefix = new WireReader(key);
                    visitor.accept(new Ip6Prefix(prefix.ip6(), prefix.u8()), in.rest());
                }
            } catch (MalformedPacket | IllegalArgumentException e) {
                counters.count(PoolCounter.JOURNAL_FAILED);
            }
        });
    }
}
