package sluice.platform.api;

import java.util.Optional;
import java.util.function.BiConsumer;
import sluice.net.Bytes;

/**
 * Frozen state by region and key, as of the last durable transaction. Written through {@link Journal#submit} only. Safe
 * for any thread.
 */
public interface Store {

    /** The durable value of a key. */
    Optional<Bytes> get(String region, Bytes key);

    /**
     * Shows every key and value of a region in the order of the keys. Meant for recovery: it may read the whole disk.
     */
    void scan(String region, BiConsumer<Bytes, Bytes> visitor);

    /** Number of keys of a region. */
    long size(String region);
}
