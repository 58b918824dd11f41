package sluice.dataplane.linux;

import sluice.dataplane.api.SubscriberEntry;

/**
 * A subscriber that is installed.
 *
 * @param number by which the sets know it, 1 or more; the mark of its packets
 * @param open whether its packets pass
 */
record Subscriber(int number, SubscriberEntry entry, boolean open) {

    Subscriber withEntry(SubscriberEntry other) {
        return new Subscriber(number, other, open);
    }

    Subscriber closed() {
        return new Subscriber(number, entry, false);
    }

    Subscriber opened() {
        return new Subscriber(number, entry, true);
    }
}
