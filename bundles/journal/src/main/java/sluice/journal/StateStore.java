package sluice.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import sluice.net.Bytes;
import sluice.platform.api.Store;
import sluice.platform.api.StoreChange;

/**
 * The frozen state: a table of H2 per region, and above it in memory what became durable since the last checkpoint. A
 * key that changes a hundred times between two checkpoints is written to its table once.
 *
 * <p>The writer adds to the upper layer, the checkpoint takes the lower one to the tables; any thread reads.
 */
final class StateStore implements Store, AutoCloseable {
    private static final String BATCH = "batch";
    private static final String PREFIX = "state.";

    /** Empty value = the key was removed. */
    private static final class Layer {
        private final Map<String, ConcurrentNavigableMap<Bytes, Optional<Bytes>>> regions = new ConcurrentHashMap<>();

        ConcurrentNavigableMap<Bytes, Optional<Bytes>> region(String name) {
            return regions.computeIfAbsent(name, _ -> new ConcurrentSkipListMap<>());
        }

        NavigableMap<Bytes, Optional<Bytes>> look(String name) {
            ConcurrentNavigableMap<Bytes, Optional<Bytes>> region = regions.get(name);
            return region == null ? new TreeMap<>() : region;
        }
    }

    private record Layers(Layer upper, Layer lower) {}

    private final TableFile tables;
    private final ReentrantLock checkpointing = new ReentrantLock();
    private volatile Layers layers = new Layers(new Layer(), new Layer());

    StateStore(Path path) throws IOException {
        tables = new TableFile(path);
    }

    /** Number of the last group commit that is in the tables. */
    long checkpointed() {
        return tables.read(store -> TableFile.number(store, BATCH));
    }

    /** Adds what became durable. On the writer's thread. */
    void apply(List<StoreChange> changes) {
        Layer upper = layers.upper();
        for (StoreChange change : changes) {
            Optional<Bytes> value = change instanceof StoreChange.Put put
                    ? Optional.of(put.value().compact())
                    : Optional.empty();
            upper.region(change.region()).put(change.key().compact(), value);
        }
    }

    /** What was added so far is for the next checkpoint; what comes is for the one after. On the writer's thread. */
    void freeze() {
        layers = new Layers(new Layer(), layers.upper());
    }

    /** Takes the frozen layer to the tables. */
    void checkpoint(long batch) throws IOException {
        checkpointing.lock();
        try {
            Layer lower = layers.lower();
            tables.change(store -> {
                lower.regions.forEach((region, changes) -> write(table(store, region), changes));
                TableFile.facts(store).put(BATCH, Long.toString(batch));
                return true;
            });
            layers = new Layers(layers.upper(), new Layer());
        } finally {
            checkpointing.unlock();
        }
    }

    /** Gives dead space back. */
    void compact() throws IOException {
        tables.compact();
    }

    @Override
    public Optional<Bytes> get(String region, Bytes key) {
        Layers now = layers;
        Optional<Bytes> young = now.upper().look(region).get(key);
        if (young == null) {
            young = now.lower().look(region).get(key);
        }
        if (young != null) {
            return young;
        }
        return tables.read(store -> Optional.ofNullable(table(store, region).get(key)));
    }

    @Override
    public void scan(String region, BiConsumer<Bytes, Bytes> visitor) {
        checkpointing.lock(); // commits go on meanwhile, a checkpoint waits
        try {
            NavigableMap<Bytes, Optional<Bytes>> young = youngOf(region);
            tables.read(store -> {
                Cursor<Bytes, Bytes> old = table(store, region).cursor(null);
                while (old.hasNext()) {
                    Bytes key = old.next();
                    while (!young.isEmpty() && young.firstKey().compareTo(key) < 0) {
                        show(young.pollFirstEntry(), visitor);
                    }
                    if (!young.isEmpty() && young.firstKey().equals(key)) {
                        show(young.pollFirstEntry(), visitor);
                    } else {
                        visitor.accept(key, old.getValue());
                    }
                }
                return true;
            });
            young.entrySet().forEach(entry -> show(entry, visitor));
        } finally {
            checkpointing.unlock();
        }
    }

    @Override
    public long size(String region) {
        checkpointing.lock();
        try {
            NavigableMap<Bytes, Optional<Bytes>> young = youngOf(region);
            return tables.read(store -> {
                MVMap<Bytes, Bytes> table = table(store, region);
                long size = table.sizeAsLong();
                for (Map.Entry<Bytes, Optional<Bytes>> change : young.entrySet()) {
                    int is = table.containsKey(change.getKey()) ? 1 : 0;
                    int willBe = change.getValue().isPresent() ? 1 : 0;
                    size += willBe - is;
                }
                return size;
            });
        } finally {
            checkpointing.unlock();
        }
    }

    @Override
    public void close() {
        tables.close();
    }

    private NavigableMap<Bytes, Optional<Bytes>> youngOf(String region) {
        Layers now = layers;
        NavigableMap<Bytes, Optional<Bytes>> young = new TreeMap<>(now.lower().look(region));
        young.putAll(now.upper().look(region));
        return young;
    }

    private static void show(Map.Entry<Bytes, Optional<Bytes>> entry, BiConsumer<Bytes, Bytes> visitor) {
        entry.getValue().ifPresent(value -> visitor.accept(entry.getKey(), value));
    }

    private static void write(MVMap<Bytes, Bytes> table, Map<Bytes, Optional<Bytes>> changes) {
        changes.forEach((key, value) -> value.ifPresentOrElse(kept -> table.put(key, kept), () -> table.remove(key)));
    }

    private static MVMap<Bytes, Bytes> table(MVStore store, String region) {
        return store.openMap(
                PREFIX + region,
                new MVMap.Builder<Bytes, Bytes>().keyType(BytesType.INSTANCE).valueType(BytesType.INSTANCE));
    }
}
