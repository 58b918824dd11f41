package sluice.dataplane.xdp;

import sluice.packet.io.KernelException;

/** Where the programs look whose a prefix is. One thread at a time. */
interface PrefixStore<P> {

    /** Shows one prefix and the index of its entry. */
    @FunctionalInterface
    interface Visitor<P> {
        void visit(P prefix, int index) throws KernelException;
    }

    /** Everything there is. */
    void forEach(Visitor<P> visitor) throws KernelException;

    /** The prefix belongs to this entry from now on. */
    void put(P prefix, int index) throws KernelException;

    /** The prefix belongs to nobody from now on. */
    void remove(P prefix) throws KernelException;

    /** Prefixes that surely find room. */
    int capacity();
}
