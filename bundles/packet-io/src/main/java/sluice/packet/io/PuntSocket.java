package sluice.packet.io;

import sluice.dataplane.api.FrameSource.FrameHandler;
import sluice.net.Bytes;

/**
 * Frames of one access interface from and to the control plane. One thread polls; sending and flushing are safe for any
 * thread. {@link #close} comes after the last poll.
 */
public interface PuntSocket extends AutoCloseable {

    /** To wait on until there is something to poll. */
    int descriptor();

    /**
     * Hands over the frames that wait, without allocating.
     *
     * @return how many, at most {@code max}
     */
    int poll(FrameHandler handler, int max);

    /**
     * How many frames for the control plane the kernel has dropped, because it did not keep up, since the socket is
     * open.
     */
    public long lost() throws KernelException;

    /** Queues a frame; false when there is no room or it is too long. */
    boolean send(Bytes frame);

    /** Lets what was queued leave. */
    void flush();

    @Override
    void close() throws KernelException;
}
