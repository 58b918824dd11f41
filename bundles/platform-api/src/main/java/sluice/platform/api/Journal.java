package sluice.platform.api;

/**
 * The one way to make something durable: frozen state and events enter together, in one transaction, or not at all.
 * Many transactions share one commit to the disk (group commit). Safe for any thread; never blocks.
 *
 * <p>Transactions of one thread become durable in the order in which they were submitted.
 */
public interface Journal {

    /**
     * Queues the transaction.
     *
     * @param completion called exactly once, on the journal's thread, in the order of submission; it must only hand
     *     over (for example to an inbox) and never block
     */
    void submit(Transaction transaction, Completion completion);

    /** Learns what became of a transaction. */
    interface Completion {

        /** State and events survive a power cut from now on. */
        void durable();

        /** Nothing of the transaction was kept. */
        void failed(JournalFailure failure);
    }
}
