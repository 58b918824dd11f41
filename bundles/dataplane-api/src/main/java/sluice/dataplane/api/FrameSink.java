package sluice.dataplane.api;

/** Sends frames out of the access ports. Safe for any thread; never blocks. */
public interface FrameSink {

    /**
     * Queues a frame; it leaves with the next {@link #flush} at the latest. A frame whose source address is all zero
     * leaves with the MAC address of its port, which a protocol need not know.
     *
     * @return false when the transmit ring is full and the frame was not taken; the sink has counted it
     */
    boolean send(Frame frame);

    /** Lets everything that was queued leave. */
    void flush();
}
