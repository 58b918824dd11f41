package sluice.dataplane.linux;

import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;

/** A way through the gateway, with the sets in which a subscriber's class is known and counted. */
enum Direction {
    /** From the subscriber: its class is on the core interface. */
    UP(KernelSet.UPLOAD_CLASSES, KernelSet.UPLOAD_SENT, KernelSet.UPLOAD_LOST),
    /** To the subscriber: its class is on its access interface. */
    DOWN(KernelSet.DOWNLOAD_CLASSES, KernelSet.DOWNLOAD_SENT, KernelSet.DOWNLOAD_LOST);

    private final KernelSet classes;
    private final KernelSet sent;
    private final KernelSet lost;

    Direction(KernelSet classes, KernelSet sent, KernelSet lost) {
        this.classes = classes;
        this.sent = sent;
        this.lost = lost;
    }

    KernelSet classes() {
        return classes;
    }

    KernelSet sent() {
        return sent;
    }

    KernelSet lost() {
        return lost;
    }

    Policer rate(SubscriberEntry entry) {
        return this == UP ? entry.upload() : entry.download();
    }
}
