package sluice.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.StringDataType;

/**
 * One file of H2 (MVStore, the engine below SQL) whose changes enter all or not at all.
 *
 * <p>One thread changes it; any thread reads. Readers and the writer exclude each other, so that H2 may give the space
 * of old chunks away at once instead of keeping it for 45 s, which at thousands of changes a second is gigabytes.
 */
final class TableFile implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;
    private static final int VERSIONS_KEPT = 2;
    private static final int FILL_MIN = 50;
    private static final int SLICE_BYTES = 4 << 20;
    private static final int SLICES_MAX = 8;

    private final Path path;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private OrderedFile file;
    private MVStore store;

    TableFile(Path path) throws IOException {
        this.path = path;
        file = new OrderedFile(path);
        store = open(file, path);
    }

    /** What {@code reading} makes of the tables; they must not be kept. */
    <T> T read(Function<MVStore, T> reading) {
        lock.readLock().lock();
        try {
            return reading.apply(store);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Changes the tables and makes that durable.
     *
     * @return what {@code changing} returned
     * @throws IOException when the disk refused; then nothing is changed
     */
    <T> T change(Function<MVStore, T> changing) throws IOException {
        lock.writeLock().lock();
        try {
            T result = changing.apply(store);
            if (store.hasUnsavedChanges()) {
                store.commit();
                file.seal();
            }
            return result;
        } catch (RuntimeException | IOException failure) { // H2 closes itself on the first failure
            reopen(failure);
            throw new IOException(path + ": " + rootOf(failure), failure);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Rewrites chunks that are mostly dead, a slice at a time, so that the file does not grow under steady churn. */
    void compact() throws IOException {
        for (int i = 0; i < SLICES_MAX; i++) {
            boolean more = change(
                    open -> open.getFileStore().getChunksFillRate() < FILL_MIN && open.compact(FILL_MIN, SLICE_BYTES));
            if (!more) {
                return;
            }
        }
    }

    /** The small table of facts about the file itself. */
    static MVMap<String, String> facts(MVStore store) {
        return store.openMap(
                "facts",
                new MVMap.Builder<String, String>()
                        .keyType(StringDataType.INSTANCE)
                        .valueType(StringDataType.INSTANCE));
    }

    /** A fact that is a number, 0 when it was never written. */
    static long number(MVStore store, String fact) {
        return Long.parseLong(facts(store).getOrDefault(fact, "0"));
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!store.isClosed()) {
                store.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void reopen(Exception cause) {
        store.closeImmediately();
        try {
            file = new OrderedFile(path);
            store = open(file, path);
        } catch (IOException | RuntimeException failure) {
            cause.addSuppressed(failure); // stays closed: every use fails and comes here again
        }
    }

    private static MVStore open(OrderedFile file, Path path) throws IOException {
        try {
            MVStore store = new MVStore.Builder()
                    .adoptFileStore(file)
                    .autoCommitDisabled()
                    .pageSplitSize(PAGE_BYTES)
                    .open();
            store.setRetentionTime(0);
            store.setVersionsToKeep(VERSIONS_KEPT);
            file.seal();
            return store;
        } catch (MVStoreException failure) {
            file.close();
            throw new IOException("Cannot open " + path + ": " + failure.getMessage(), failure);
        }
    }

    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
