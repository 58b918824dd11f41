package sluice.dataplane.xdp;

/**
 * A map as the object declares it.
 *
 * @param name as in C
 * @param type of {@code enum bpf_map_type}
 * @param keySize bytes; 0 for a ring, which has neither keys nor values
 * @param valueSize bytes
 * @param maxEntries how many, unless the loader decides; bytes of a ring
 * @param flags of BPF_MAP_CREATE
 * @param keyType BTF id, 0 for none
 * @param valueType BTF id, 0 for none
 */
record MapSpec(
        String name, int type, int keySize, int valueSize, int maxEntries, int flags, int keyType, int valueType) {

    static final int HASH = 1;
    static final int ARRAY = 2;
    static final int PERCPU_HASH = 5;
    static final int PERCPU_ARRAY = 6;
    static final int LRU_HASH = 9;
    static final int LRU_PERCPU_HASH = 10;
    static final int LPM_TRIE = 11;
    static final int XSKMAP = 17;
    static final int RINGBUF = 27;
    static final int MMAPABLE = 1 << 10;

    MapSpec {
        boolean sized = type == RINGBUF ? keySize == 0 && valueSize == 0 : keySize > 0 && valueSize > 0;
        if (name.isEmpty() || !sized || maxEntries <= 0) {
            throw new IllegalArgumentException(
                    "Map \"" + name + "\" with key " + keySize + ", value " + valueSize + ", entries " + maxEntries);
        }
    }

    MapSpec withMaxEntries(int entries) {
        return new MapSpec(name, type, keySize, valueSize, entries, flags, keyType, valueType);
    }

    /** Whether an element has a value for each processor. */
    boolean isPerProcessor() {
        return type == PERCPU_HASH || type == PERCPU_ARRAY || type == LRU_PERCPU_HASH;
    }

    /** Whether it keeps values under keys, and is no queue and no table of sockets. */
    boolean holdsValues() {
        return switch (type) {
            case HASH, ARRAY, PERCPU_HASH, PERCPU_ARRAY, LRU_HASH, LRU_PERCPU_HASH, LPM_TRIE -> true;
            default -> false;
        };
    }

    /** Whether its values can be mapped into memory. */
    boolean isShared() {
        return type == ARRAY && (flags & MMAPABLE) != 0;
    }

    /** Whether the kernel wants BTF ids for this type; maps of sockets and devices refuse them. */
    boolean takesTypes() {
        return holdsValues();
    }
}
