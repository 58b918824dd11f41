package sluice.dataplane.linux;

import sluice.net.Bytes;

/**
 * An element that there is to be.
 *
 * @param key as in the kernel's registers, every part padded to four bytes
 */
record Element(SetName set, Bytes key, ElementData data) {

    /** What makes it one of its set. */
    record Key(SetName set, Bytes key) {}

    Key id() {
        return new Key(set, key);
    }
}
