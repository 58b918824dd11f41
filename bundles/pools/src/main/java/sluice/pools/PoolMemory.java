package sluice.pools;

import java.time.Duration;
import java.util.function.BiConsumer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.platform.api.Store;
import sluice.platform.api.StoreChange;

/**
 * What the pools remember over a restart beside the sessions themselves: who had an address last, and which are in
 * quarantine. One key per address, so its size is bounded by the pools'.
 *
 * <pre>
 *   0 1        9
 *  +-+--------+------------...
 *  |1|   0    | owner
 *  +-+--------+--------+---...
 *  |1| until  | length |        until: end of the quarantine, wall clock milliseconds
 *  +-+--------+--------+        length: of the whole quarantine, milliseconds; the first release wrote none
 * </pre>
 */
final class PoolMemory {

    private static final String REGION = "pools";
    private static final int VERSION = 1;

    private final Notes notes;
    private final Store store;
    private final CounterSet<PoolCounter> counters;

    PoolMemory(Journal journal, Store store, CounterSet<PoolCounter> counters) {
        notes = new Notes(journal, counters);
        this.store = store;
        this.counters = counters;
    }

    /** This owner had the address last. */
    void remember(Ip4 address, Bytes owner) {
        put(
                address,
                new WireWriter(9 + owner.length())
                        .u8(VERSION)
                        .u64(0)
                        .bytes(owner)
                        .toBytes());
    }

    /** @param now wall clock milliseconds */
    void quarantined(Ip4 address, Duration length, long now) {
        long millis = length.toMillis();
        put(
                address,
                new WireWriter(17).u8(VERSION).u64(now + millis).u64(millis).toBytes());
    }

    private void put(Ip4 address, Bytes value) {
        StoreChange change = new StoreChange.Put(REGION, address.toBytes(), value);
        notes.write(change);
    }

    /**
     * One remembered address.
     *
     * @param owner empty in quarantine
     * @param quarantine what is left of it: never more than its whole length, should the wall clock have gone back
     */
    record Note(Bytes owner, Duration quarantine) {}

    /** @param now wall clock milliseconds */
    void recall(long now, BiConsumer<Ip4, Note> visitor) {
        store.scan(REGION, (key, value) -> {
            try {
                WireReader in = new WireReader(value);
                if (in.u8() == VERSION) {
                    visitor.accept(new WireReader(key).ip4(), note(in, now));
                }
            } catch (MalformedPacket e) {
                counters.count(PoolCounter.JOURNAL_FAILED);
            }
        });
    }

    private static Note note(WireReader in, long now) throws MalformedPacket {
        long until = in.u64();
        if (until == 0) {
            return new Note(in.rest(), Duration.ZERO);
        }
        long left = Math.max(0, until - now);
        return new Note(Bytes.EMPTY, Duration.ofMillis(in.remaining() > 0 ? Math.min(left, in.u64()) : left));
    }
}
