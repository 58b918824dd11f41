package sluice.dataplane.linux;

import sluice.packet.io.KernelException;

/** Any number of changes, a batch at a time. */
final class Changes {

    private final Elements elements;
    private ElementBatch batch = new ElementBatch();

    Changes(Elements elements) {
        this.elements = elements;
    }

    /** Where the next change goes. */
    ElementBatch next() throws KernelException {
        if (batch.elements() >= ElementBatch.ELEMENTS_MAX) {
            end();
        }
        return batch;
    }

    /** Makes those that are left. */
    void end() throws KernelException {
        elements.apply(batch);
        batch = new ElementBatch();
    }
}
