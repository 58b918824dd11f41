package sluice.dataplane.xdp;

import sluice.packet.io.KernelException;

/** One map on its way into the layout of other programs. Used by one thread. */
sealed interface MapCopy extends AutoCloseable permits ArrayCopy, KeyedCopy {

    /** Copies everything. The former programs go on with the former map. */
    void copy() throws KernelException;

    /**
     * Adds what the former programs did between {@link #copy} and their end; the present ones run already. Counts gain
     * the difference, of times the later one holds.
     */
    void catchUp() throws KernelException;

    @Override
    void close() throws KernelException;
}
