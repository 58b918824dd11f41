package sluice.radius;

/** The way to one port of one server. Belongs to the request loop but for what says otherwise. */
interface LinkTransport {

    /** Takes what comes of it, on the loop. */
    interface Receiver {

        /** A packet; the array is reused after the call. */
        void received(int socket, byte[] packet, int size);

        /** Nobody listens at the server's port. */
        void portUnreachable();

        /** The network did not take a packet. */
        void sendFailed();

        /** It can be used now, and could not before. */
        void opened();

        /**
         * It cannot be used for now.
         *
         * @param broken whether it could be used until now, so that what was sent may have arrived or not; else it
         *     could not be opened
         */
        void lost(boolean broken);
    }

    /** Begins to open, and opens again whenever that becomes necessary. */
    void open();

    /** Waits until it is open or could not be opened. Any thread but the loop. */
    void awaitFirstAttempt() throws InterruptedException;

    /** Whether it can be used. */
    boolean isOpen();

    /** Why it cannot be used; empty when there is no trouble. Any thread. */
    String trouble();

    /** Whether what is sent arrives unless the connection is lost, so that nothing is sent twice (RFC 6613, 2.6.1). */
    boolean isReliable();

    /** Whether it takes one more packet now; the loop asks again soon. */
    boolean isWritable();

    /**
     * Nothing came back for so long that the way may be gone without a word: it is given up and made anew, which the
     * receiver hears as a loss.
     *
     * @return false when there is nothing to give up, as always where every packet finds its way alone
     */
    boolean renew();

    void send(int socket, byte[] packet);

    void close();
}
