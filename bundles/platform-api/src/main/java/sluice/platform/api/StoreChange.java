package sluice.platform.api;

import sluice.net.Bytes;

/** One change of the frozen state in the {@link Store}. */
public sealed interface StoreChange {

    /** Name of the part of the store, for example {@code session}. */
    String region();

    /** Key within the region. */
    Bytes key();

    /** Sets the value of a key, whether it had one or not. */
    record Put(String region, Bytes key, Bytes value) implements StoreChange {}

    /** Removes a key; nothing happens when it is not there. */
    record Remove(String region, Bytes key) implements StoreChange {}
}
