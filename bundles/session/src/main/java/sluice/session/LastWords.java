package sluice.session;

import java.util.HashMap;
import java.util.Map;
import sluice.net.Bytes;
import sluice.platform.api.StoreChange;

/**
 * What was last said of a key of the store, until that is durable: an older word that the disk refused must not come
 * back over a newer one. Belongs to one shard.
 */
final class LastWords {

    private final Map<Place, Long> newest = new HashMap<>();
    private long said;

    private record Place(String region, Bytes key) {
        static Place of(StoreChange change) {
            return new Place(change.region(), change.key());
        }
    }

    /** @param number grows with every word */
    record Word(long number, StoreChange change) {}

    /** From now on this is the last word on its key. */
    Word say(StoreChange change) {
        said++;
        newest.put(Place.of(change), said);
        return new Word(said, change);
    }

    /** Whether nothing was said of the key since. */
    boolean isLast(Word word) {
        return newest.getOrDefault(Place.of(word.change()), 0L) == word.number();
    }

    /** The store has it. */
    void durable(Word word) {
        newest.remove(Place.of(word.change()), word.number());
    }
}
